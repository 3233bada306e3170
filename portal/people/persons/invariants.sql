-- I-D3f: one change of phone waits for each person.
SELECT person FROM phone_change WHERE state = 'waiting' GROUP BY person HAVING count(*) > 1;

-- I-D3h: one letter with a code can be used for each person.
SELECT person FROM letter_code WHERE used_at IS NULL AND ended_at IS NULL GROUP BY person HAVING count(*) > 1;
