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

-- What is left of each line of a claim: as much of it as is owed by the one number, so without what is held or what credit
-- covers. And of the whole: what it asks for now, what is left, and what was told last.
CREATE OR REPLACE VIEW claim_line_left AS
SELECT c.id AS claim, c.community, l.line, l.amount AS claimed, least(l.amount, coalesce(l.owed, 0)) AS left_over
-- Claim by claim, which OFFSET 0 keeps, and what is owed is calculated once for each.
FROM claim c CROSS JOIN LATERAL (
  WITH o AS MATERIALIZED (SELECT b.line, b.outstanding - b.held - b.covered AS owed FROM owed_by(c.debtor) b)
  SELECT cl.line, cl.amount, o.owed FROM claim_line cl LEFT JOIN o ON o.line = cl.line WHERE cl.claim = c.id OFFSET 0) l;

CREATE OR REPLACE VIEW claim_balance AS
SELECT c.id AS claim, c.community,
       coalesce((SELECT x.amount FROM claim_change x WHERE x.claim = c.id ORDER BY x.at DESC, x.id LIMIT 1), c.amount) AS claimed,
       (SELECT coalesce(sum(l.left_over), 0)::bigint FROM claim_line_left l WHERE l.claim = c.id) AS left_over,
       coalesce((SELECT t.amount FROM claim_left t WHERE t.claim = c.id ORDER BY t.number DESC LIMIT 1), c.amount) AS told
FROM claim c;

GRANT SELECT ON claim_line_left, claim_balance TO portal_app, portal_worker;

-- LAW-4: what pays, credits, holds, bills or reopens anything of a debtor tells how much is left of their claim, in its own
-- transaction and whichever slice it comes from: credit goes over from one line to another, so that any of them may count.
-- It looks when the transaction ends; the lock makes two at once see each other.
CREATE OR REPLACE FUNCTION debt_tells_its_claim() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of_debtor uuid; under_way uuid;
BEGIN
  IF TG_TABLE_NAME IN ('bill', 'credit', 'hold') THEN of_debtor := NEW.debtor;
  ELSE SELECT b.debtor INTO of_debtor FROM bill_line l JOIN bill b ON b.id = l.bill WHERE l.id = NEW.line; END IF;
  SELECT c.id INTO under_way FROM claim c
  WHERE c.debtor = of_debtor AND c.state IN ('prepared', 'filed', 'accepted', 'agreed', 'issued') FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  INSERT INTO claim_left (id, community, claim, number, amount, at)
  SELECT gen_random_uuid(), b.community, b.claim, 1 + (SELECT count(*) FROM claim_left WHERE claim = b.claim), b.left_over,
    coalesce(x.released_at, x.placed_at, x.created_at, x.issued_at)
  FROM claim_balance b CROSS JOIN jsonb_to_record(to_jsonb(NEW))
    AS x (released_at timestamptz, placed_at timestamptz, created_at timestamptz, issued_at timestamptz)
  WHERE b.claim = under_way AND b.left_over <> b.told;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS allocation_tells_claims ON allocation;
CREATE CONSTRAINT TRIGGER allocation_tells_claims AFTER INSERT ON allocation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION debt_tells_its_claim();
DROP TRIGGER IF EXISTS adjustment_tells_claims ON adjustment;
CREATE CONSTRAINT TRIGGER adjustment_tells_claims AFTER INSERT ON adjustment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION debt_tells_its_claim();
DROP TRIGGER IF EXISTS credit_tells_claims ON credit;
CREATE CONSTRAINT TRIGGER credit_tells_claims AFTER INSERT ON credit
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION debt_tells_its_claim();
DROP TRIGGER IF EXISTS hold_tells_claims ON hold;
CREATE CONSTRAINT TRIGGER hold_tells_claims AFTER INSERT OR UPDATE ON hold
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION debt_tells_its_claim();
DROP TRIGGER IF EXISTS bill_tells_claims ON bill;
CREATE CONSTRAINT TRIGGER bill_tells_claims AFTER INSERT ON bill
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION debt_tells_its_claim();
-- What they called until now.
DROP FUNCTION IF EXISTS line_tells_its_claims(), hold_tells_its_claims(), bill_tells_the_claims_of_the_one_before(),
  tell_claims_of(uuid, timestamptz);
