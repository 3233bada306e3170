-- One live plan or request for each debtor.
CREATE UNIQUE INDEX IF NOT EXISTS plan_one_live ON plan (debtor)
  WHERE state IN ('requested', 'countered', 'approved', 'active');

-- What was asked for or offered stays as it was: instalments come in the transaction that asks for a plan or answers it.
CREATE OR REPLACE FUNCTION instalments_come_with_their_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added a JOIN plan p ON p.id = a.plan
             WHERE p.state NOT IN ('requested', 'countered') OR NOT born_in_this_transaction(p.xmin)) THEN
    RAISE EXCEPTION 'an offer gets no further instalment' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER plan_instalment_with_its_offer AFTER INSERT ON plan_instalment
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION instalments_come_with_their_offer();

-- A second chance, once: a plan that has ended runs again only by its reinstatement, of which there can be one.
CREATE OR REPLACE FUNCTION ended_plan_runs_again_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'active' AND OLD.ended_at IS NOT NULL AND OLD.state <> 'active' AND NOT EXISTS (
    SELECT FROM plan_reinstatement r WHERE r.plan = NEW.id AND r.reinstated_at >= OLD.ended_at) THEN
    RAISE EXCEPTION 'plan % has ended', NEW.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER plan_runs_again_once BEFORE UPDATE ON plan
  FOR EACH ROW EXECUTE FUNCTION ended_plan_runs_again_once();
