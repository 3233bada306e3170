-- One filing of a home waits for an answer, and one approved vacancy lasts.
CREATE UNIQUE INDEX IF NOT EXISTS vacancy_one_waiting ON vacancy (unit) WHERE state = 'waiting';
CREATE UNIQUE INDEX IF NOT EXISTS vacancy_one_lasting ON vacancy (unit) WHERE state = 'approved' AND ends_on IS NULL;
