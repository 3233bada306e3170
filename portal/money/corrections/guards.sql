-- One request waits for each line, and an approved one has its adjustment.
CREATE UNIQUE INDEX IF NOT EXISTS correction_one_waiting ON correction (line) WHERE state = 'waiting';
ALTER TABLE correction DROP CONSTRAINT IF EXISTS correction_approved_moves_money;
ALTER TABLE correction ADD CONSTRAINT correction_approved_moves_money
  CHECK ((state = 'approved') = (adjustment IS NOT NULL));
