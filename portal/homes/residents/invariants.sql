-- I-D3d: nobody answers a binding they asked for, and an approved one has a tie to the same home, as what was asked.
SELECT b.id FROM binding b LEFT JOIN occupancy o ON o.id = b.occupancy LEFT JOIN staff s ON s.id = b.answered_by
WHERE s.human = b.asked_by
   OR b.state = 'approved' AND (o.id IS NULL OR o.unit <> b.unit OR o.role <> b.role)
   OR b.state <> 'approved' AND b.occupancy IS NOT NULL;

-- I-A8b: whose every tie was revoked signs in no more.
SELECT p.id FROM person p WHERE p.human IS NOT NULL
  AND EXISTS (SELECT FROM occupancy o WHERE o.person = p.id AND o.revoked_at IS NOT NULL)
  AND NOT EXISTS (SELECT FROM occupancy o WHERE o.person = p.id AND o.revoked_at IS NULL);

-- I-D3e: one request waits for each home and number.
SELECT unit FROM binding WHERE state = 'requested' GROUP BY unit, phone HAVING count(*) > 1;
