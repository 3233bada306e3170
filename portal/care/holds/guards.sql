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
