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

-- I-M2a: the frozen parts of a shared cost add up to it, and every part has its unit, its tariff and its weight.
SELECT s.id FROM cost_split s JOIN shared_cost c ON c.id = s.cost
WHERE c.amount <> (SELECT coalesce(sum(fen), 0) FROM unnest(s.amounts) fen)
   OR cardinality(s.units) <> cardinality(s.amounts) OR cardinality(s.tariffs) <> cardinality(s.amounts)
   OR cardinality(s.weights) <> cardinality(s.amounts);
