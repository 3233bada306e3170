-- I-C3: at most one open case for each unit and debtor.
CREATE UNIQUE INDEX IF NOT EXISTS arrears_case_one_open ON arrears_case (unit, debtor) WHERE state <> 'closed';

-- I-C4: what settles the last overdue fen closes the case in its own transaction, whichever slice it comes from: money,
-- a correction, credit, or a hold that ends and lets credit cover its line.
-- It looks when the transaction ends, under the lock of the bill that every payment and correction holds, and tells it as
-- `refresh_cases` does, which finds what no row here closes (a bill that was replaced); a test compares the two.
CREATE OR REPLACE FUNCTION case_closes_with_its_debt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE file record; reduced_on date; closing_on date; of_debtor uuid; moment timestamptz;
BEGIN
  IF TG_TABLE_NAME IN ('credit', 'hold') THEN of_debtor := NEW.debtor;
  ELSE SELECT b.debtor INTO of_debtor FROM bill_line l JOIN bill b ON b.id = l.bill WHERE l.id = NEW.line; END IF;
  moment := CASE TG_TABLE_NAME WHEN 'hold' THEN (to_jsonb(NEW) ->> 'released_at') ELSE (to_jsonb(NEW) ->> 'created_at') END;
  SELECT k.id, k.community, k.debtor, k.looked_on, c.timezone INTO file FROM arrears_case k
  JOIN community c ON c.id = k.community WHERE k.debtor = of_debtor AND k.state <> 'closed' FOR NO KEY UPDATE OF k;
  IF NOT FOUND THEN RETURN NULL; END IF;
  reduced_on := (moment AT TIME ZONE file.timezone)::date;
  closing_on := greatest(reduced_on, file.looked_on);
  IF EXISTS (SELECT FROM owed_by(file.debtor) o
             WHERE o.due_on < closing_on AND o.outstanding > o.covered AND NOT o.fund) THEN RETURN NULL; END IF;
  UPDATE arrears_case SET state = 'closed', stage = 0, looked_on = closing_on, closed_on = closing_on WHERE id = file.id;
  INSERT INTO case_stage (id, community, arrears_case, changed_on, state, stage, why, actor, rule, facts, at)
  VALUES (gen_random_uuid(), file.community, file.id, closing_on, 'closed', 0, 'settled', 'trigger:' || TG_TABLE_NAME,
          'arrears-2', jsonb_build_object('debts', '[]'::jsonb, 'whole_hold', false, 'reduced_on', reduced_on,
            'pauses', '[]'::jsonb, 'overdue', 0, 'held', 0, 'days', 0, 'by_days', 0), moment);
  INSERT INTO audit_entry (id, community, at, actor, verb, subject, reason, facts)
  VALUES (gen_random_uuid(), file.community, clock_timestamp(), 'trigger:' || TG_TABLE_NAME, 'case_closed',
          'case:' || file.id, 'settled', jsonb_build_object(
            'state', jsonb_build_object('$CaseState', 'closed'), 'stage', 0, 'overdue', jsonb_build_object('$Money', 0),
            'chaseable', jsonb_build_object('$Money', 0), 'on', jsonb_build_object('$date', closing_on)));
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS allocation_closes_case ON allocation;
CREATE CONSTRAINT TRIGGER allocation_closes_case AFTER INSERT ON allocation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION case_closes_with_its_debt();
DROP TRIGGER IF EXISTS adjustment_closes_case ON adjustment;
CREATE CONSTRAINT TRIGGER adjustment_closes_case AFTER INSERT ON adjustment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION case_closes_with_its_debt();
DROP TRIGGER IF EXISTS credit_closes_case ON credit;
CREATE CONSTRAINT TRIGGER credit_closes_case AFTER INSERT ON credit
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION case_closes_with_its_debt();
DROP TRIGGER IF EXISTS hold_closes_case ON hold;
CREATE CONSTRAINT TRIGGER hold_closes_case AFTER UPDATE OF released_at ON hold
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION case_closes_with_its_debt();

-- I-C2: a case climbs by one, with its gates on record, and from the third stage on only by a member of staff.
CREATE OR REPLACE FUNCTION case_climbs_through_gates() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE was smallint;
BEGIN
  SELECT stage INTO was FROM case_stage WHERE arrears_case = NEW.arrears_case ORDER BY changed_on DESC, at DESC LIMIT 1;
  IF coalesce(was, 0) = 0 OR NEW.stage <= was THEN RETURN NEW; END IF;
  IF NEW.stage > was + 1 OR NOT NEW.facts ? 'gates' OR (NEW.stage >= 3 AND NEW.actor NOT LIKE 'staff:%') THEN
    RAISE EXCEPTION 'case % may not climb from % to % like this', NEW.arrears_case, was, NEW.stage
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS case_stage_climbs_through_gates ON case_stage;
CREATE TRIGGER case_stage_climbs_through_gates BEFORE INSERT ON case_stage
  FOR EACH ROW EXECUTE FUNCTION case_climbs_through_gates();
