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

-- What is left of each line of a claim: as much of it as may still be asked for. And of the whole: what it asks for now,
-- what is left, and what was told last.
CREATE OR REPLACE VIEW claim_line_left AS
SELECT cl.claim, cl.community, cl.line, cl.amount AS claimed,
       CASE WHEN w.replaced THEN 0 ELSE least(cl.amount, greatest(w.outstanding - w.held, 0)) END AS left_over
FROM claim_line cl JOIN line_balance w ON w.line = cl.line;

CREATE OR REPLACE VIEW claim_balance AS
SELECT c.id AS claim, c.community,
       coalesce((SELECT x.amount FROM claim_change x WHERE x.claim = c.id ORDER BY x.at DESC, x.id LIMIT 1), c.amount) AS claimed,
       (SELECT coalesce(sum(l.left_over), 0)::bigint FROM claim_line_left l WHERE l.claim = c.id) AS left_over,
       coalesce((SELECT t.amount FROM claim_left t WHERE t.claim = c.id ORDER BY t.number DESC LIMIT 1), c.amount) AS told
FROM claim c;

GRANT SELECT ON claim_line_left, claim_balance TO portal_app, portal_worker;

-- LAW-4: what pays, credits, holds or reopens a line of a claim tells how much is left, in its own transaction and
-- whichever slice it comes from. It looks when the transaction ends; the lock makes two at once see each other.
CREATE OR REPLACE FUNCTION tell_claims_of(touched uuid, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE found record;
BEGIN
  FOR found IN SELECT c.id FROM claim c WHERE c.state IN ('prepared', 'filed', 'accepted', 'agreed', 'issued')
      AND EXISTS (SELECT FROM claim_line cl WHERE cl.claim = c.id AND cl.line = touched)
      ORDER BY c.id FOR NO KEY UPDATE LOOP
    INSERT INTO claim_left (id, community, claim, number, amount, at)
    SELECT gen_random_uuid(), b.community, b.claim, 1 + (SELECT count(*) FROM claim_left WHERE claim = b.claim),
      b.left_over, moment FROM claim_balance b WHERE b.claim = found.id AND b.left_over <> b.told;
  END LOOP;
END $$;
CREATE OR REPLACE FUNCTION line_tells_its_claims() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_claims_of(NEW.line, NEW.created_at);
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION hold_tells_its_claims() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.line IS NOT NULL THEN PERFORM tell_claims_of(NEW.line, coalesce(NEW.released_at, NEW.placed_at)); END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION bill_tells_the_claims_of_the_one_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_claims_of(l.id, clock_timestamp()) FROM bill_line l WHERE l.bill = NEW.replaces;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS allocation_tells_claims ON allocation;
CREATE CONSTRAINT TRIGGER allocation_tells_claims AFTER INSERT ON allocation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION line_tells_its_claims();
DROP TRIGGER IF EXISTS adjustment_tells_claims ON adjustment;
CREATE CONSTRAINT TRIGGER adjustment_tells_claims AFTER INSERT ON adjustment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION line_tells_its_claims();
DROP TRIGGER IF EXISTS hold_tells_claims ON hold;
CREATE CONSTRAINT TRIGGER hold_tells_claims AFTER INSERT OR UPDATE ON hold
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold_tells_its_claims();
DROP TRIGGER IF EXISTS bill_tells_claims ON bill;
CREATE CONSTRAINT TRIGGER bill_tells_claims AFTER INSERT ON bill
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.replaces IS NOT NULL)
  EXECUTE FUNCTION bill_tells_the_claims_of_the_one_before();
