-- PLAN-1: a plan holds its debtor's whole case exactly while it is active.
SELECT p.id FROM plan p FULL JOIN (SELECT source, debtor FROM hold
  WHERE reason = 'plan' AND line IS NULL AND released_at IS NULL) h ON h.source = p.id AND h.debtor = p.debtor
WHERE (p.id IS NULL) OR (p.state = 'active') <> (h.source IS NOT NULL);

-- PLAN-2: the instalments of a plan and its lines each add up to its total, and the number of parts is the promised one.
SELECT p.id FROM plan p WHERE p.total <> (SELECT coalesce(sum(amount), 0) FROM plan_instalment WHERE plan = p.id)
  OR p.total <> (SELECT coalesce(sum(amount), 0) FROM plan_line WHERE plan = p.id)
  OR p.instalments <> (SELECT count(*) FROM plan_instalment WHERE plan = p.id);

-- PLAN-3: whoever is bound by a plan has agreed to a text that is kept unchanged.
SELECT id FROM plan WHERE state IN ('active', 'completed', 'broken') AND (agreed_text IS NULL OR agreed_at IS NULL
  OR agreed_session IS NULL OR agreed_sha256 IS DISTINCT FROM encode(sha256(convert_to(agreed_text, 'UTF8')), 'hex'));

-- PLAN-4: a plan covers only lines of its own debtor.
SELECT pl.id FROM plan_line pl JOIN plan p ON p.id = pl.plan JOIN bill_line l ON l.id = pl.line
JOIN bill b ON b.id = l.bill WHERE b.debtor <> p.debtor;

-- PLAN-5: one plan or request of each debtor is alive.
SELECT debtor FROM plan WHERE state IN ('requested', 'countered', 'approved', 'active') GROUP BY debtor HAVING count(*) > 1;
