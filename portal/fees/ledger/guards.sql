-- I-L1: every journal has at least two postings of one community and they sum to zero, when the transaction ends.
-- Without bitmaps: on a table not yet analyzed they read the index of the whole community for each single journal.
CREATE OR REPLACE FUNCTION journal_balances() RETURNS trigger LANGUAGE plpgsql SET enable_bitmapscan = off AS $$
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

-- I-L3: a journal gets no further posting: they come in the transaction that writes it.
CREATE OR REPLACE FUNCTION postings_come_with_their_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added a JOIN journal j ON j.id = a.journal WHERE NOT born_in_this_transaction(j.xmin)) THEN
    RAISE EXCEPTION 'a journal gets no further posting' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER posting_with_its_journal AFTER INSERT ON posting
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION postings_come_with_their_journal();
