-- I-U1a: seals are numbered from one without a gap in each community, and each seals an entry of it, once.
SELECT community::text FROM audit_seal GROUP BY community HAVING min(sequence) <> 1 OR max(sequence) <> count(*)
UNION ALL
SELECT s.id::text FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry
WHERE e.id IS NULL OR e.community <> s.community
UNION ALL
SELECT min(id::text) FROM audit_seal GROUP BY entry HAVING count(*) > 1;

-- I-L3, everywhere: whoever may only add rows to a table is stopped by privilege and by trigger: neither wall is gone.
SELECT t.relname::text AS broken FROM pg_class t CROSS JOIN LATERAL (SELECT
    bool_or(has_table_privilege(r, t.oid, 'DELETE') OR has_column_privilege(r, t.oid, a.attname, 'UPDATE')) AS may_change
    FROM unnest(ARRAY['portal_app', 'portal_worker']::name[]) r
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND a.attname <> 'id' AND NOT a.attisdropped) rights
CROSS JOIN LATERAL (SELECT
    count(*) FILTER (WHERE g.tgname = t.relname || '_is_append_only') AS kept,
    count(*) FILTER (WHERE g.tgname = t.relname || '_is_never_emptied') AS never_emptied
    FROM pg_trigger g WHERE g.tgrelid = t.oid AND g.tgenabled = 'O') triggers
WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND t.relname <> 'migration' AND t.relname NOT LIKE 'pgqueuer%'
  AND (may_change = (kept = 1) OR never_emptied < kept OR t.relname IN ('statement', 'statement_line', 'statement_explanation', 'statement_document') AND never_emptied = 0);

-- I-A2, everywhere: no login sees or writes rows of an estate outside its scope: every table of one has its policy, forced.
SELECT t.relname::text AS broken FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'community'
WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND NOT (t.relrowsecurity AND t.relforcerowsecurity
  AND (SELECT count(*) = 1 AND bool_and(p.polpermissive AND p.polcmd = '*' AND p.polroles = '{0}'
         AND pg_get_expr(p.polqual, t.oid) LIKE '(community = ANY (( SELECT %app.communities%'
         AND pg_get_expr(p.polqual, t.oid) = pg_get_expr(p.polwithcheck, t.oid))
       FROM pg_policy p WHERE p.polrelid = t.oid));

-- I-A2a, everywhere: neither login may more than its work needs: only what is swept is deleted, nothing is emptied or altered.
SELECT r.rolname::text AS role, t.relname::text AS broken, wish.privilege
FROM pg_roles r, pg_class t, (VALUES ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) AS wish (privilege)
WHERE r.rolname IN ('portal_app', 'portal_worker') AND t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'v')
  AND has_table_privilege(r.oid, t.oid, wish.privilege)
  AND NOT (wish.privilege = 'DELETE' AND (t.relname LIKE 'pgqueuer%' OR t.relname IN ('statement_line', 'statement_explanation', 'statement_document',
    'web_session', 'one_time_code', 'set_up_link', 'rate_limit', 'held_form', 'import_part', 'device')))
UNION ALL
SELECT r.rolname, t.relname, wish.privilege
FROM pg_roles r, pg_class t, (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) AS wish (privilege)
WHERE r.rolname IN ('portal_app', 'portal_worker') AND t.relnamespace = 'public'::regnamespace
  AND (t.relname = 'migration' OR t.relkind = 'v') AND has_table_privilege(r.oid, t.oid, wish.privilege)
UNION ALL
SELECT r.rolname, '', 'might' FROM pg_roles r
WHERE r.rolname LIKE 'portal\_%' AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb)
UNION ALL
SELECT r.rolname, o.rolname, 'member' FROM pg_roles r, pg_roles o
WHERE r.rolname IN ('portal_app', 'portal_worker') AND o.rolname LIKE 'portal\_%' AND o.oid <> r.oid
  AND pg_has_role(r.oid, o.oid, 'MEMBER');
