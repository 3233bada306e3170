-- I-P3: what a payment was applied to and what is left of it as credit make up its amount, each at least zero.
SELECT p.id, p.amount, a.applied, c.credited
FROM payment p
CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS applied FROM allocation WHERE payment = p.id) a
CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS credited FROM credit WHERE payment = p.id) c
WHERE a.applied < 0 OR c.credited < 0 OR a.applied + c.credited <> p.amount;

-- I-P3a: no payment has taken back more from a line than it ever gave it.
SELECT payment, line, sum(amount) FROM allocation GROUP BY payment, line HAVING sum(amount) < 0;

-- I-P1: every payment has exactly one journal, and its clearing account got exactly its amount.
SELECT p.id FROM payment p
WHERE (SELECT coalesce(sum(po.amount), 0) FROM journal j JOIN posting po ON po.journal = j.id
       WHERE j.kind = 'payment' AND j.source = p.id AND po.account = 'clearing:' || p.channel) <> p.amount;

-- I-L8: what owners owe in the books is what their lines say.
SELECT c.id, owed.fen AS lines, booked.fen AS books
FROM community c
CROSS JOIN LATERAL (SELECT coalesce(sum(outstanding), 0) AS fen FROM line_balance lb WHERE lb.community = c.id AND NOT lb.replaced) owed
CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS fen FROM posting p WHERE p.community = c.id
                    AND p.account LIKE 'receivable:%') booked
WHERE owed.fen <> booked.fen;

-- I-L8a: what the books keep for owners is the sum of their credits.
SELECT c.id, kept.fen AS credits, booked.fen AS books
FROM community c
CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS fen FROM credit x WHERE x.community = c.id) kept
CROSS JOIN LATERAL (SELECT coalesce(-sum(amount), 0) AS fen FROM posting p WHERE p.community = c.id
                    AND p.account = 'owner_credit') booked
WHERE kept.fen <> booked.fen;
