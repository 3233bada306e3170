-- I-C3: at most one open case for each unit and debtor.
CREATE UNIQUE INDEX IF NOT EXISTS arrears_case_one_open ON arrears_case (unit, debtor) WHERE state <> 'closed';

-- I-C4: what pays the last overdue fen closes the case in its own transaction, whichever slice it comes from.
-- It looks when the transaction ends, under the lock of the bill that every payment and correction holds.
CREATE OR REPLACE FUNCTION case_closes_with_its_debt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE file record; closing_on date;
BEGIN
  SELECT k.id, k.community, k.debtor, k.looked_on, c.timezone INTO file
  FROM bill_line l JOIN bill b ON b.id = l.bill JOIN arrears_case k ON k.debtor = b.debtor AND k.state <> 'closed'
  JOIN community c ON c.id = k.community WHERE l.id = NEW.line FOR NO KEY UPDATE OF k;
  IF NOT FOUND THEN RETURN NULL; END IF;
  closing_on := greatest((NEW.created_at AT TIME ZONE file.timezone)::date, file.looked_on);
  IF EXISTS (SELECT FROM bill b JOIN line_balance lb ON lb.bill = b.id AND lb.outstanding > 0
             WHERE b.debtor = file.debtor AND b.due_on < closing_on AND NOT lb.replaced) THEN RETURN NULL; END IF;
  UPDATE arrears_case SET state = 'closed', stage = 0, looked_on = closing_on, closed_on = closing_on WHERE id = file.id;
  INSERT INTO case_stage (id, community, arrears_case, changed_on, state, stage, why, actor, rule, facts, at)
  VALUES (gen_random_uuid(), file.community, file.id, closing_on, 'closed', 0, 'settled', 'trigger:' || TG_TABLE_NAME,
          'arrears-1', '{"debts": [], "whole_hold": false, "overdue": 0, "held": 0, "days": 0, "by_days": 0}', NEW.created_at);
  INSERT INTO audit_entry (id, community, at, actor, verb, subject, reason, facts)
  VALUES (gen_random_uuid(), file.community, clock_timestamp(), 'trigger:' || TG_TABLE_NAME, 'case_closed',
          'case:' || file.id, 'settled', jsonb_build_object('state', 'closed', 'stage', 0, 'on', closing_on));
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS allocation_closes_case ON allocation;
CREATE CONSTRAINT TRIGGER allocation_closes_case AFTER INSERT ON allocation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION case_closes_with_its_debt();
DROP TRIGGER IF EXISTS adjustment_closes_case ON adjustment;
CREATE CONSTRAINT TRIGGER adjustment_closes_case AFTER INSERT ON adjustment
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
