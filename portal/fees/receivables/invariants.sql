-- I-B1: the journal of a bill says what its lines said when they were issued, kind of money by kind of money.
SELECT b.id, issued.fen AS lines, booked.fen AS books
FROM bill b
LEFT JOIN (SELECT bill, sum(amount) AS fen FROM bill_line GROUP BY bill) issued ON issued.bill = b.id
LEFT JOIN (SELECT j.source, sum(p.amount) AS fen FROM journal j JOIN posting p ON p.journal = j.id
  WHERE j.kind IN ('bill', 'opening') AND p.account LIKE 'receivable:%' GROUP BY j.source) booked ON booked.source = b.id
WHERE coalesce(issued.fen, 0) <> coalesce(booked.fen, 0);

-- I-B2: no line is paid or credited beyond what it asks for.
SELECT line, fen, outstanding FROM line_balance WHERE fen < 0 OR outstanding < 0 OR outstanding > fen;

-- I-B3: one line for each unit, item, service period, part and supplement, on a bill of the same unit.
SELECT min(id::text) FROM bill_line
GROUP BY community, unit, item, first_month, last_month, part, supplement HAVING count(*) > 1
UNION ALL
SELECT l.id::text FROM bill_line l JOIN bill b ON b.id = l.bill WHERE b.unit <> l.unit OR b.community <> l.community;

-- I-B4: bills of a community are numbered from one without a gap, and each has a line.
SELECT c.id::text FROM community c
CROSS JOIN LATERAL (SELECT count(*) AS bills, coalesce(max(number), 0) AS last FROM bill WHERE community = c.id) b
WHERE b.bills <> c.last_bill_number OR b.last <> c.last_bill_number
UNION ALL
SELECT b.id::text FROM bill b WHERE NOT EXISTS (SELECT FROM bill_line l WHERE l.bill = b.id);

-- I-P15a: an allocation lies on a line of its payment's debtor.
SELECT a.id FROM allocation a JOIN payment p ON p.id = a.payment JOIN bill_line l ON l.id = a.line JOIN bill b ON b.id = l.bill
WHERE b.community <> p.community OR b.debtor <> p.debtor;

-- I-B7: a bill's figures are the sums of its lines and their adjustments.
SELECT b.bill FROM bill_balance b
WHERE b.fen <> (SELECT sum(l.amount) FROM bill_line l WHERE l.bill = b.bill)
             + coalesce((SELECT sum(a.amount) FROM adjustment a JOIN bill_line l ON l.id = a.line WHERE l.bill = b.bill), 0);

-- I-B5: every adjustment moves the books by exactly its sum, against what was charged.
SELECT a.id, a.amount FROM adjustment a
WHERE a.amount <> (SELECT coalesce(-sum(p.amount), 0) FROM journal j JOIN posting p ON p.journal = j.id
                   WHERE j.kind = 'adjustment' AND j.source = a.id AND p.account LIKE 'charged:%');

-- I-D3b: who approved an adjustment is not who made it.
SELECT id FROM adjustment WHERE approved_by = made_by;

-- I-B1a: a replaced bill is of the same community and unit as the one in its place.
SELECT n.id FROM bill n LEFT JOIN bill o ON o.id = n.replaces
WHERE n.replaces IS NOT NULL AND (o.id IS NULL OR (o.community, o.unit) <> (n.community, n.unit));

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

-- I-C1: no fen of a line is held twice: its live holds together never exceed what the line ever asked for.
SELECT h.line FROM hold h JOIN bill_line l ON l.id = h.line
CROSS JOIN LATERAL (SELECT coalesce(sum(a.amount), 0) AS added FROM adjustment a WHERE a.line = l.id AND a.amount > 0) more
WHERE h.released_at IS NULL GROUP BY h.line, l.amount, more.added HAVING sum(h.amount) > l.amount + more.added;

-- I-D4a: a hold on a line belongs to the debtor of its bill.
SELECT h.id FROM hold h JOIN bill_line l ON l.id = h.line JOIN bill b ON b.id = l.bill WHERE h.debtor <> b.debtor;

-- I-D4b: a source holds the same line, or the same whole case, once.
SELECT source FROM hold WHERE released_at IS NULL GROUP BY debtor, line, source HAVING count(*) > 1;
