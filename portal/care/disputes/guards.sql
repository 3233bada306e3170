-- Which charge or piece of work somebody disputed, and whether that is open: their pages lead to it.
CREATE OR REPLACE VIEW disputed AS
SELECT id AS dispute, community, line, service, debtor, opened_at,
       state IN ('open', 'asked', 'routed', 'awaiting_approval', 'reopened') AS live FROM dispute;
GRANT SELECT ON disputed TO portal_app, portal_worker;

-- I-D1: one open dispute for each line.
CREATE UNIQUE INDEX IF NOT EXISTS dispute_one_live ON dispute (line)
  WHERE state IN ('open', 'asked', 'routed', 'awaiting_approval', 'reopened');
-- I-D1: and one of each debtor for each piece of work.
CREATE UNIQUE INDEX IF NOT EXISTS dispute_one_live_of_service ON dispute (debtor, service)
  WHERE service IS NOT NULL AND state IN ('open', 'asked', 'routed', 'awaiting_approval', 'reopened');
CREATE UNIQUE INDEX IF NOT EXISTS dispute_pause_one_open ON dispute_pause (dispute) WHERE ends_at IS NULL;
CREATE UNIQUE INDEX IF NOT EXISTS decision_one_adjustment ON decision (adjustment);

-- I-D1, I-D2: a final decision is never changed or removed.
CREATE OR REPLACE FUNCTION decision_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.final_at IS NOT NULL OR TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'decision % is final', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER decision_stays BEFORE UPDATE OR DELETE ON decision
  FOR EACH ROW EXECUTE FUNCTION decision_is_final();

-- I-D3: nobody decides or approves a dispute about their own home.
CREATE OR REPLACE FUNCTION decider_is_not_concerned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM staff s JOIN dispute d ON d.id = NEW.dispute
    WHERE s.id IN (NEW.decided_by, NEW.approved_by) AND (s.human = d.opened_by OR EXISTS (
      SELECT FROM debtor_member m JOIN person p ON p.id = m.person WHERE m.debtor = d.debtor AND p.human = s.human))
  ) THEN
    RAISE EXCEPTION 'the decider of % is concerned by it', NEW.dispute USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER decision_by_somebody_else BEFORE INSERT OR UPDATE ON decision
  FOR EACH ROW EXECUTE FUNCTION decider_is_not_concerned();
