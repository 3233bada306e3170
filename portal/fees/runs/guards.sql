-- Statistics of what a run wrote, which the server takes by itself only a minute later: until then whoever asks for many
-- bills gets a plan for few. Only of what rows are joined by, so that the server still counts the rest. The tables'
-- owner alone may ask; a table that somebody else is counting is left to them.
CREATE OR REPLACE FUNCTION count_what_was_billed() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
DECLARE grown record;
BEGIN
  FOR grown IN
    SELECT t.name, t.joined_by FROM (VALUES
      ('debtor', 'id, community, unit'), ('debtor_member', 'id, community, debtor, person'),
      ('bill', 'id, community, unit, debtor, bill_run, period'), ('bill_line', 'id, community, bill, unit, item'),
      ('journal', 'id, community, source'), ('posting', 'id, community, journal, account'),
      ('notice', 'id, community, person'), ('delivery', 'id, community, notice')) t (name, joined_by)
    WHERE has_grown(t.name)
  LOOP
    EXECUTE format('ANALYZE (SKIP_LOCKED) %I (%s)', grown.name, grown.joined_by);
  END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION count_what_was_billed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_what_was_billed() TO portal_app, portal_worker;
