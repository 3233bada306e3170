-- I-W1: what proves that a letter arrived belongs to a letter of the same case, and did not happen before it was issued.
SELECT o.id FROM contact o LEFT JOIN letter_proof p ON p.contact = o.id LEFT JOIN letter l ON l.id = p.letter
WHERE o.proves AND (l.id IS NULL OR l.arrears_case <> o.arrears_case OR o.on_day < l.issued_on);

-- I-W2: what a letter asks for is the sum of its lines (those of before 2026-12 less the credit, which now is taken off
-- line by line), and each line adds up to what is asked of it.
SELECT l.id FROM letter l WHERE l.amount <> -coalesce((l.facts->>'credit')::bigint, 0) + (SELECT sum((x->>'amount')::bigint)
  FROM jsonb_array_elements(l.facts->'lines') x)
OR EXISTS (SELECT FROM jsonb_array_elements(l.facts->'lines') x WHERE x ? 'billed' AND (x->>'amount')::bigint <>
  (x->>'billed')::bigint + (x->>'corrected')::bigint - (x->>'paid')::bigint - (x->>'held')::bigint);

-- I-W3: no letter was proven when less was owed on one of its bills than when it was issued, and it had outlived its sum.
-- Looked at where neither credit nor a hold moved what is asked. A minute is left to what happened at once.
SELECT p.id FROM letter_proof p JOIN contact o ON o.id = p.contact AND o.proves
JOIN letter l ON l.id = p.letter AND l.facts ? 'fund' JOIN arrears_case k ON k.id = l.arrears_case
JOIN bill b ON b.debtor = k.debtor AND b.number IN (SELECT (x->>'bill')::bigint FROM jsonb_array_elements(l.facts->'lines') x)
WHERE NOT EXISTS (SELECT FROM credit WHERE debtor = k.debtor) AND NOT EXISTS (SELECT FROM hold WHERE debtor = k.debtor)
AND (SELECT coalesce(sum(x.paid), 0) FROM bill_line n JOIN charge_item i ON i.id = n.item AND i.kind <> 'fund'
  CROSS JOIN LATERAL (SELECT a.amount AS paid, a.created_at AS at FROM allocation a WHERE a.line = n.id
    UNION ALL SELECT -a.amount, a.created_at FROM adjustment a WHERE a.line = n.id) x
  WHERE n.bill = b.id AND x.at > l.at AND x.at < p.at - interval '1 minute') > 0;

-- I-C9: a letter to a debtor gives the case time up to the day that it names.
SELECT l.id FROM letter l WHERE l.kind <> 'lawyer_draft' AND NOT EXISTS (
  SELECT FROM time_given t WHERE t.source = l.id AND t.arrears_case = l.arrears_case AND t.until >= l.pay_by);

-- I-Y2: what proves that a letter reached somebody names one of those who owe; they opened it themselves, and nobody of staff did.
SELECT o.id FROM contact o JOIN arrears_case k ON k.id = o.arrears_case WHERE o.proves AND (
  NOT EXISTS (SELECT FROM debtor_member m WHERE m.debtor = k.debtor AND m.person = o.person)
  OR EXISTS (SELECT FROM person n JOIN staff s ON s.human = n.human AND s.community = o.community
             WHERE n.id = o.person AND (o.outcome = 'opened' OR s.id = o.by_staff)))
UNION ALL SELECT id FROM contact WHERE by_staff IS NULL AND outcome <> 'opened';

-- I-W2a: no letter sums money of the maintenance fund (those of before 2026-12, which did, are superseded).
SELECT l.id FROM letter l JOIN arrears_case k ON k.id = l.arrears_case
CROSS JOIN LATERAL jsonb_array_elements(l.facts->'lines') x
JOIN bill b ON b.debtor = k.debtor AND b.number = (x->>'bill')::bigint JOIN bill_line n ON n.bill = b.id
JOIN charge_item i ON i.id = n.item AND i.kind = 'fund' AND i.name_zh = x->>'zh' WHERE l.facts ? 'fund';

-- I-Y3: a letter to those who do not own the home names an address of their own.
SELECT l.id FROM letter l WHERE l.kind <> 'lawyer_draft' AND l.facts ? 'besides' AND l.facts->>'standing' <> 'owner'
AND jsonb_array_length(l.facts->'addresses') = 0;
