-- Statistics of rows that only the running import sees: without them the planner takes the index of the community,
-- which every row of an estate is in, to look at one of them. The tables' owner alone may ask for statistics.
CREATE OR REPLACE FUNCTION count_what_is_new() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
DECLARE counted text;
BEGIN
  FOREACH counted IN ARRAY ARRAY['human', 'person', 'unit', 'occupancy', 'unit_charge', 'meter_reading', 'debtor',
    'debtor_member', 'bill', 'bill_line', 'journal', 'posting', 'notice', 'delivery'] LOOP
    IF has_grown(counted) THEN
      EXECUTE format('ANALYZE %I', counted);
    END IF;
  END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION count_what_is_new() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_what_is_new() TO portal_app, portal_worker;
