-- One request waits for each home and number, and an approved one has its tie.
CREATE UNIQUE INDEX IF NOT EXISTS binding_one_waiting ON binding (unit, phone) WHERE state = 'requested';
ALTER TABLE binding DROP CONSTRAINT IF EXISTS binding_approved_has_tie;
ALTER TABLE binding ADD CONSTRAINT binding_approved_has_tie CHECK ((state = 'approved') = (occupancy IS NOT NULL));

-- I-D3: nobody answers a request they made, or one about themselves.
CREATE OR REPLACE FUNCTION binder_is_not_concerned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM staff s JOIN human h ON h.id = s.human
    WHERE s.id = NEW.answered_by AND (h.id = NEW.asked_by OR h.phone = NEW.phone)
  ) THEN
    RAISE EXCEPTION 'who answers binding % is concerned by it', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER binding_by_somebody_else BEFORE INSERT OR UPDATE ON binding
  FOR EACH ROW EXECUTE FUNCTION binder_is_not_concerned();
