-- One change of phone waits for each person.
CREATE UNIQUE INDEX IF NOT EXISTS phone_change_one_waiting ON phone_change (person) WHERE state = 'waiting';
-- One letter with a code can be used for each person.
CREATE UNIQUE INDEX IF NOT EXISTS letter_code_one_live ON letter_code (person) WHERE used_at IS NULL AND ended_at IS NULL;

-- How each person stands of whom anything was said: the newest counts.
CREATE OR REPLACE VIEW person_now AS
SELECT DISTINCT ON (person) person, community, standing, since, evidence, address, represented_by
FROM person_standing ORDER BY person, at DESC, id;

GRANT SELECT ON person_now TO portal_app, portal_worker;
