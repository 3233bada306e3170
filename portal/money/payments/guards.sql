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
