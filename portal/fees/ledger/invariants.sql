-- I-L1: every journal has at least two postings, all of its own community, and they sum to zero.
SELECT j.id, count(p.id), sum(p.amount) FROM journal j LEFT JOIN posting p ON p.journal = j.id
GROUP BY j.id HAVING count(p.id) < 2 OR sum(p.amount) <> 0 OR bool_or(p.community <> j.community);

-- I-L2: all postings of a community sum to zero.
SELECT community, sum(amount) FROM posting GROUP BY community HAVING sum(amount) <> 0;

-- I-L4: a reversal points at a journal of the same community, says why, and is the only one that does.
SELECT r.id FROM journal r LEFT JOIN journal j ON j.id = r.reverses
WHERE (r.kind = 'reversal') <> (r.reverses IS NOT NULL)
   OR (r.reverses IS NOT NULL AND (j.id IS NULL OR j.community <> r.community OR r.reason IS NULL))
UNION ALL
SELECT min(id::text)::uuid FROM journal WHERE reverses IS NOT NULL GROUP BY reverses HAVING count(*) > 1;
