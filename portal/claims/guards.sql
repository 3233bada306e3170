-- One claim of each debtor is under way.
CREATE UNIQUE INDEX IF NOT EXISTS claim_one_live ON claim (debtor)
  WHERE state IN ('prepared', 'filed', 'accepted', 'agreed', 'issued');

-- What is claimed stays as it was: its lines come in the transaction that prepares it.
CREATE OR REPLACE FUNCTION lines_come_with_their_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added a JOIN claim c ON c.id = a.claim WHERE NOT born_in_this_transaction(c.xmin)) THEN
    RAISE EXCEPTION 'a claim gets no further line' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER claim_line_with_its_claim AFTER INSERT ON claim_line
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lines_come_with_their_claim();
