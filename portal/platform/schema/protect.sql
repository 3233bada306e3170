-- Privileges and row-level security for every table there is. Repeatable.

GRANT USAGE ON SCHEMA public TO portal_app, portal_worker;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM portal_app, portal_worker;
DO $$
DECLARE t text;
BEGIN  -- tables only: what a view gives is said beside the view
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO portal_app, portal_worker', t);
  END LOOP;
END $$;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO portal_app, portal_worker;
REVOKE INSERT, UPDATE ON migration FROM portal_app, portal_worker;

-- The queue: the app only puts jobs in, the worker takes them out.
REVOKE ALL ON pgqueuer, pgqueuer_log, pgqueuer_statistics, pgqueuer_schedules FROM portal_app, portal_worker;
GRANT SELECT, INSERT ON pgqueuer TO portal_app;
GRANT INSERT ON pgqueuer_log TO portal_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON pgqueuer, pgqueuer_schedules TO portal_worker;
GRANT SELECT, INSERT, UPDATE ON pgqueuer_log, pgqueuer_statistics TO portal_worker;

CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- As `plain` of portal/kit/text.py says: a number, id or name without what nobody means by it.
CREATE OR REPLACE FUNCTION plain_text(typed text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT regexp_replace(
    regexp_replace(lower(normalize(replace(typed, '№', 'No.'), NFKC)), '^\s*(?:no(?=[.:#0-9\s])|编号|#)[.:#\s]*', ''),
    '[\s\u00b7\u2022\u2027\u2219\u22c5\u30fb]+', '', 'g')
$$;

-- Whether a table is larger by a tenth than when it was counted, as a small one is after each run or import. What one
-- estate adds to those of hundreds changes no plan, and a count reads thirty thousand pages.
CREATE OR REPLACE FUNCTION has_grown(counted text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT pg_relation_size(oid) > 1.1 * relpages * current_setting('block_size')::int
  FROM pg_class WHERE oid = counted::regclass
$$;

-- Whether a row we can see was written by this transaction, or by a savepoint in it. Nobody else's row that is still in
-- progress can be seen, and an older number than our own is not ours.
CREATE OR REPLACE FUNCTION born_in_this_transaction(row_xmin xid) RETURNS boolean LANGUAGE sql AS $$
  SELECT age(row_xmin) <= 0
     AND pg_xact_status((pg_current_xact_id()::text::bigint - age(row_xmin))::text::xid8) = 'in progress'
$$;

-- Row-level security: forced, so that it binds the owner too, and closed when no scope is set.
DO $$
DECLARE t text;
BEGIN
  FOR t IN
    SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND c.column_name = 'community' AND table_type = 'BASE TABLE'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = t::regclass AND polname = 'own_community') THEN
      EXECUTE format(
        'CREATE POLICY own_community ON %I'
        ' USING (community = ANY ((SELECT nullif(current_setting(''app.communities'', true), '''')::int[])::int[]))'
        ' WITH CHECK (community = ANY ((SELECT nullif(current_setting(''app.communities'', true), '''')::int[])::int[]))',
        t);
    END IF;
  END LOOP;
END $$;

-- The planner takes the policy's list for ten unknown values. Of a column that has ten it expects the list to let all
-- rows by, and so it is: a statement says itself which estate's it wants. Left to count the estates, it takes every
-- table of a join for narrowed anew, soon expects one row of any join, and goes through one side for each row of the
-- other; or it reads the index of the community, which every row of an estate is in, to look at one of them.
DO $$
DECLARE t record;
BEGIN
  FOR t IN
    SELECT c.oid::regclass AS name, c.reltuples FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'community'
      AND NOT a.attisdropped AND a.attoptions IS DISTINCT FROM ARRAY['n_distinct=10']
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN community SET (n_distinct = 10)', t.name);
    IF t.reltuples > 0 THEN  -- what was counted before is counted again
      EXECUTE format('ANALYZE %s (community)', t.name);
    END IF;
  END LOOP;
END $$;
