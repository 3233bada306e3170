-- PLAN-1: a plan holds its debtor's whole case exactly while it is active.
SELECT p.id FROM plan p FULL JOIN (SELECT source, debtor FROM hold
  WHERE reason = 'plan' AND line IS NULL AND released_at IS NULL) h ON h.source = p.id AND h.debtor = p.debtor
WHERE (p.id IS NULL) OR (p.state = 'active') <> (h.source IS NOT NULL);

-- PLAN-2: the lines of a plan and the instalments of each offer add up to its total; the last offer is the promised one.
SELECT p.id FROM plan p WHERE p.total <> (SELECT coalesce(sum(amount), 0) FROM plan_line WHERE plan = p.id)
  OR EXISTS (SELECT FROM plan_instalment WHERE plan = p.id GROUP BY round HAVING sum(amount) <> p.total)
  OR NOT EXISTS (SELECT FROM plan_instalment i WHERE i.plan = p.id
                 AND i.round = (SELECT max(round) FROM plan_instalment WHERE plan = p.id)
                 HAVING count(*) = p.instalments AND min(i.due_on) = p.first_on);

-- PLAN-3: whoever is bound by a plan has agreed to a text that is kept unchanged.
SELECT id FROM plan WHERE state IN ('active', 'completed', 'broken') AND (agreed_text IS NULL OR agreed_at IS NULL
  OR agreed_session IS NULL OR agreed_sha256 IS DISTINCT FROM encode(sha256(convert_to(agreed_text, 'UTF8')), 'hex'));

-- PLAN-4: a plan covers only lines of its own debtor.
SELECT pl.id FROM plan_line pl JOIN plan p ON p.id = pl.plan JOIN bill_line l ON l.id = pl.line
JOIN bill b ON b.id = l.bill WHERE b.debtor <> p.debtor;

-- PLAN-5: one plan or request of each debtor is alive.
SELECT debtor FROM plan WHERE state IN ('requested', 'countered', 'approved', 'active') GROUP BY debtor HAVING count(*) > 1;

-- PLAN-6: a plan that ended and runs was reinstated after its end, which happens once.
SELECT p.id FROM plan p LEFT JOIN plan_reinstatement r ON r.plan = p.id
WHERE p.state = 'active' AND p.ended_at IS NOT NULL AND (r.id IS NULL OR r.reinstated_at < p.ended_at);
