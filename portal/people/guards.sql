-- One change of phone waits for each person.
CREATE UNIQUE INDEX IF NOT EXISTS phone_change_one_waiting ON phone_change (person) WHERE state = 'waiting';
-- One letter with a code can be used for each person.
CREATE UNIQUE INDEX IF NOT EXISTS letter_code_one_live ON letter_code (person) WHERE used_at IS NULL AND ended_at IS NULL;
