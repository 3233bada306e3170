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

-- I-L5: every journal has the one source its kind asks for, and no source has two of a kind.
SELECT j.id FROM journal j WHERE NOT CASE j.kind
  WHEN 'bill' THEN EXISTS (SELECT FROM bill b WHERE b.id = j.source AND b.kind <> 'opening')
  WHEN 'opening' THEN EXISTS (SELECT FROM bill b WHERE b.id = j.source AND b.kind = 'opening')
  WHEN 'adjustment' THEN EXISTS (SELECT FROM adjustment a WHERE a.id = j.source)
  WHEN 'payment' THEN EXISTS (SELECT FROM payment p WHERE p.id = j.source)
                   OR EXISTS (SELECT FROM suspense s WHERE s.id = j.source)
  ELSE true END
UNION ALL
SELECT min(id::text)::uuid FROM journal GROUP BY community, kind, source HAVING count(*) > 1;

-- I-L8b: what came in on each channel, by the books, is what payments and suspended money say.
SELECT c.id, differs.* FROM community c CROSS JOIN LATERAL (
  SELECT channel, booked.fen AS booked, received.fen AS received
  FROM (SELECT CASE p.account WHEN 'suspense' THEN 'stripe' ELSE substr(p.account, 10) END AS channel, sum(p.amount) AS fen
        FROM posting p WHERE p.community = c.id AND (p.account = 'suspense' OR p.account LIKE 'clearing:%') GROUP BY 1) booked
  FULL JOIN (SELECT p.channel, sum(p.amount) AS fen FROM payment p WHERE p.community = c.id GROUP BY 1) received
    USING (channel)
  WHERE coalesce(booked.fen, 0) <> coalesce(received.fen, 0)) differs;
