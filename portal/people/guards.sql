-- One change of phone waits for each person.
CREATE UNIQUE INDEX IF NOT EXISTS phone_change_one_waiting ON phone_change (person) WHERE state = 'waiting';
