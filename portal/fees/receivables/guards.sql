-- The one definition of what a line still owes (I-B2, I-B7, I-C7): every page, message, export and payment reads it here.
-- fen = issued + adjustments; outstanding = fen - live allocations; held = the part of it that must not be chased.
-- replaced = another bill has taken the place of its own, so that nothing of it is asked for any more.
-- fund = money of the maintenance fund: it belongs to all owners, and is never part of what the company claims.
CREATE OR REPLACE VIEW line_balance AS
SELECT l.id AS line, l.community, l.bill, l.position, l.amount + adjusted.fen AS fen,
       l.amount + adjusted.fen - allocated.fen AS outstanding,
       least(greatest(l.amount + adjusted.fen - allocated.fen, 0), held.fen) AS held,
       EXISTS (SELECT FROM bill r WHERE r.replaces = l.bill) AS replaced,
       EXISTS (SELECT FROM charge_item i WHERE i.id = l.item AND i.kind = 'fund') AS fund
FROM bill_line l
CROSS JOIN LATERAL (SELECT coalesce(sum(a.amount), 0)::bigint AS fen FROM adjustment a WHERE a.line = l.id) adjusted
CROSS JOIN LATERAL (SELECT coalesce(sum(a.amount), 0)::bigint AS fen FROM allocation a WHERE a.line = l.id) allocated
CROSS JOIN LATERAL (SELECT coalesce(sum(h.amount), 0)::bigint AS fen FROM hold h
                    WHERE h.line = l.id AND h.released_at IS NULL) held;

-- The one number that is asked, shown, chased and charged: outstanding - held - covered. What a debtor still owes, line by
-- line, with what their credit is thought to cover of it (credit itself cannot be used yet): what is not held, the
-- earliest due first, of one day in proportion, the fen that are left over to the largest remainders, as `spread` in
-- payments/rules.py does. The fund is not the company's, so that the company's debt to the owner covers nothing of it.
CREATE OR REPLACE FUNCTION owed_by(of_debtor uuid) RETURNS TABLE (line uuid, bill uuid, number bigint, "position" smallint,
  due_on date, fund boolean, outstanding bigint, held bigint, covered bigint) LANGUAGE sql STABLE AS $$
WITH owed AS (
  SELECT lb.line, lb.bill, b.number, lb.position, b.due_on, lb.fund, lb.outstanding, lb.held,
    CASE WHEN lb.fund THEN 0 ELSE lb.outstanding - lb.held END AS free
  -- Bill by bill, which OFFSET 0 keeps: told of few lines yet, the planner would sum up those of the whole estate.
  FROM bill b CROSS JOIN LATERAL (SELECT * FROM line_balance x WHERE x.bill = b.id OFFSET 0) lb
  WHERE b.debtor = of_debtor AND lb.outstanding > 0 AND NOT lb.replaced),
days AS (SELECT *, sum(free) OVER (PARTITION BY due_on) AS day, sum(free) OVER (ORDER BY due_on) AS by_then FROM owed),
paid AS (SELECT *, greatest(least((SELECT coalesce(sum(c.amount), 0) FROM credit c WHERE c.debtor = of_debtor)
    - (by_then - day), day), 0) AS now FROM days),
parts AS (SELECT *, div(now * free, nullif(day, 0)) AS part, mod(now * free, nullif(day, 0)) AS remainder FROM paid)
SELECT line, bill, number, position, due_on, fund, outstanding, held, coalesce(part + (
    row_number() OVER (PARTITION BY due_on ORDER BY remainder DESC NULLS LAST, number, position)
    <= now - sum(part) OVER (PARTITION BY due_on))::int, 0)::bigint
FROM parts
$$;

-- What credit covers of the bills of some debtors, calculated once for each who has credit: STRICT keeps it whole, so that
-- no statement around it is planned to ask again for each of its rows.
CREATE OR REPLACE FUNCTION covered_bills(of_debtors uuid[]) RETURNS TABLE (bill uuid, covered bigint)
  LANGUAGE sql STABLE STRICT ROWS 20 AS $$
SELECT o.bill, sum(o.covered)::bigint FROM (SELECT c.debtor FROM credit c WHERE c.debtor = ANY(of_debtors)
  GROUP BY c.debtor HAVING sum(c.amount) > 0) d CROSS JOIN LATERAL owed_by(d.debtor) o WHERE o.covered > 0 GROUP BY o.bill
$$;

-- Without what credit covers: that is calculated for all bills of a debtor together, never bill by bill.
DROP VIEW IF EXISTS bill_balance;
DROP FUNCTION IF EXISTS covered_of(uuid, uuid);
CREATE VIEW bill_balance AS
SELECT b.id AS bill, b.community, lines.fen, lines.outstanding, lines.held,
       CASE WHEN lines.replaced THEN 'replaced'
            WHEN lines.outstanding <= 0 THEN 'paid'
            WHEN lines.outstanding < lines.fen THEN 'part_paid'
            ELSE 'issued' END AS state,
       EXISTS (SELECT FROM hold h WHERE h.debtor = b.debtor AND h.line IS NULL AND h.released_at IS NULL) AS on_hold,
       lines.fund
FROM bill b
-- Beside each bill, not grouped over all: a reader of three bills must not pay for the sums of the whole estate.
CROSS JOIN LATERAL (SELECT sum(lb.fen)::bigint AS fen, sum(lb.outstanding)::bigint AS outstanding,
                           sum(lb.held)::bigint AS held, bool_or(lb.replaced) AS replaced,
                           coalesce(sum(lb.outstanding - lb.held) FILTER (WHERE lb.fund), 0)::bigint AS fund
                    FROM line_balance lb WHERE lb.bill = b.id) lines;

-- Whose bill it is: the debtor's persons, and for the months of their tie tenants, and the family of whoever owes it.
CREATE OR REPLACE VIEW bill_reader AS
SELECT b.id AS bill, b.community, m.person, true AS owes FROM bill b JOIN debtor_member m ON m.debtor = b.debtor
UNION ALL
SELECT b.id, b.community, o.person, false FROM bill b
JOIN occupancy o ON o.unit = b.unit AND o.revoked_at IS NULL AND (o.role = 'tenant' OR o.role = 'family' AND EXISTS
  (SELECT FROM debtor_member m WHERE m.debtor = b.debtor AND m.person = o.family_of))
WHERE (o.starts_on IS NULL OR to_char(o.starts_on, 'YYYY-MM') <= b.period)
  AND (o.ends_on IS NULL OR to_char(o.ends_on, 'YYYY-MM') >= b.period);

GRANT SELECT ON line_balance, bill_balance, bill_reader TO portal_app, portal_worker;

-- I-B3: one live line for each unit, item, service period, part and supplement.
CREATE UNIQUE INDEX IF NOT EXISTS bill_line_once
  ON bill_line (community, unit, item, first_month, last_month, part, supplement);

-- I-B1: an issued bill gets no further line: its lines come in the transaction that issues it.
CREATE OR REPLACE FUNCTION lines_come_with_their_bill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added a JOIN bill b ON b.id = a.bill WHERE NOT born_in_this_transaction(b.xmin)) THEN
    RAISE EXCEPTION 'an issued bill gets no further line' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER bill_line_with_its_bill AFTER INSERT ON bill_line
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lines_come_with_their_bill();

CREATE INDEX IF NOT EXISTS bill_of_debtor ON bill (debtor, due_on);

-- I-B2: nothing is paid or credited beyond what a line asks for. Checked when the transaction ends.
CREATE OR REPLACE FUNCTION line_is_not_overdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE left_over bigint; whole bigint;
BEGIN
  SELECT outstanding, fen INTO left_over, whole FROM line_balance WHERE line = NEW.line;
  IF left_over < 0 OR left_over > whole OR whole < 0 THEN
    RAISE EXCEPTION 'line % would stand at % of %', NEW.line, left_over, whole USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS adjustment_leaves_line_whole ON adjustment;
CREATE CONSTRAINT TRIGGER adjustment_leaves_line_whole AFTER INSERT ON adjustment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION line_is_not_overdrawn();
DROP TRIGGER IF EXISTS allocation_leaves_line_whole ON allocation;
CREATE CONSTRAINT TRIGGER allocation_leaves_line_whole AFTER INSERT ON allocation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION line_is_not_overdrawn();

-- I-P3: what a payment was applied to and what is left as credit make up its amount, when the transaction ends.
CREATE OR REPLACE FUNCTION payment_is_used_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted uuid; received bigint; applied bigint; credited bigint;
BEGIN
  wanted := CASE TG_TABLE_NAME WHEN 'payment' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'payment')::uuid END;
  SELECT amount INTO received FROM payment WHERE id = wanted;
  SELECT coalesce(sum(amount), 0) INTO applied FROM allocation WHERE payment = wanted;
  SELECT coalesce(sum(amount), 0) INTO credited FROM credit WHERE payment = wanted;
  IF applied < 0 OR credited < 0 OR applied + credited <> received THEN
    RAISE EXCEPTION 'payment % of %: % applied, % credited', wanted, received, applied, credited
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS payment_adds_up ON payment;
CREATE CONSTRAINT TRIGGER payment_adds_up AFTER INSERT ON payment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payment_is_used_up();
DROP TRIGGER IF EXISTS allocation_adds_up ON allocation;
CREATE CONSTRAINT TRIGGER allocation_adds_up AFTER INSERT ON allocation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payment_is_used_up();
DROP TRIGGER IF EXISTS credit_adds_up ON credit;
CREATE CONSTRAINT TRIGGER credit_adds_up AFTER INSERT ON credit
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payment_is_used_up();
-- A slip is found however its number is typed. Not unique: what was taken in before may be there in two spellings.
CREATE INDEX IF NOT EXISTS payment_by_slip ON payment (community, channel, plain_text(reference));

-- Holds never count a fen twice: under the line's row lock, all live holds of a line stay within what it owes.
CREATE OR REPLACE FUNCTION hold_fits_its_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owed bigint; held bigint;
BEGIN
  IF NEW.line IS NULL OR NEW.released_at IS NOT NULL THEN RETURN NEW; END IF;
  PERFORM FROM bill WHERE id = (SELECT bill FROM bill_line WHERE id = NEW.line) FOR NO KEY UPDATE;
  SELECT outstanding INTO owed FROM line_balance WHERE line = NEW.line;
  SELECT coalesce(sum(amount), 0) INTO held FROM hold WHERE line = NEW.line AND released_at IS NULL AND id <> NEW.id;
  IF held + NEW.amount > owed THEN
    RAISE EXCEPTION 'line % owes %, % of it is held already', NEW.line, owed, held USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER hold_fits BEFORE INSERT OR UPDATE ON hold FOR EACH ROW EXECUTE FUNCTION hold_fits_its_line();
CREATE UNIQUE INDEX IF NOT EXISTS hold_once_a_source ON hold (debtor, line, source) NULLS NOT DISTINCT WHERE released_at IS NULL;
CREATE INDEX IF NOT EXISTS hold_live_on_line ON hold (line) WHERE released_at IS NULL;
