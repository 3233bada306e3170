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
