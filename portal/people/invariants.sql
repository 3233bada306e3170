-- I-D3f: one change of phone waits for each person.
SELECT person FROM phone_change WHERE state = 'waiting' GROUP BY person HAVING count(*) > 1;
