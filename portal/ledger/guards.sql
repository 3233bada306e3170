-- I-L1: every journal has at least two postings of one community and they sum to zero, when the transaction ends.
CREATE OR REPLACE FUNCTION journal_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted uuid; n int; net numeric;
BEGIN
  wanted := CASE TG_TABLE_NAME WHEN 'journal' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'journal')::uuid END;
  SELECT count(*), coalesce(sum(amount), 0) INTO n, net FROM posting WHERE journal = wanted;
  IF n < 2 OR net <> 0 THEN
    RAISE EXCEPTION 'journal % does not balance: % postings, net %', wanted, n, net USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS journal_has_postings ON journal;
CREATE CONSTRAINT TRIGGER journal_has_postings AFTER INSERT ON journal
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journal_balances();
DROP TRIGGER IF EXISTS posting_balances ON posting;
CREATE CONSTRAINT TRIGGER posting_balances AFTER INSERT ON posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journal_balances();
