-- I-D1: a decided dispute has exactly one final decision for each of its rounds, and none without.
SELECT d.id FROM dispute d WHERE d.state IN ('decided', 'accepted')
AND NOT EXISTS (SELECT FROM decision x WHERE x.dispute = d.id AND x.final_at IS NOT NULL AND x.final_at >= d.round_began_at);

-- I-D1a: at most one dispute of a line is open.
SELECT line FROM dispute WHERE line IS NOT NULL AND state IN ('open', 'asked', 'routed', 'awaiting_approval', 'reopened')
GROUP BY line HAVING count(*) > 1;

-- I-D1b: at most one dispute of a debtor about a piece of work is open.
SELECT debtor FROM dispute
WHERE service IS NOT NULL AND state IN ('open', 'asked', 'routed', 'awaiting_approval', 'reopened')
GROUP BY debtor, service HAVING count(*) > 1;

-- I-D2: what a final decision credits is one credit note on its line that points back, of exactly that sum. It credits
-- nothing when it rejects, and when no sum is in dispute: about a piece of work, or once the whole sum was credited.
SELECT x.id FROM decision x JOIN dispute d ON d.id = x.dispute LEFT JOIN adjustment a ON a.id = x.adjustment
CROSS JOIN LATERAL (SELECT coalesce(sum(e.amount), 0) AS credited FROM decision e
                    WHERE e.dispute = d.id AND e.final_at IS NOT NULL AND e.round < x.round) before
WHERE x.final_at IS NOT NULL AND (
  (x.amount = 0) <> (x.outcome = 'rejected' OR coalesce(d.amount, 0) = before.credited) OR (x.amount = 0) <> (a.id IS NULL)
  OR a.source <> d.id OR a.line <> d.line OR a.amount <> -x.amount);

-- I-D2a: no decision credits before it is final, and all of them together never more than was disputed.
SELECT d.id FROM dispute d JOIN decision x ON x.dispute = d.id
GROUP BY d.id, d.amount HAVING coalesce(sum(x.amount) FILTER (WHERE x.final_at IS NOT NULL), 0) > d.amount
OR bool_or(x.final_at IS NULL AND x.adjustment IS NOT NULL);

-- I-D3: nobody decides or approves a dispute of their own home.
SELECT x.id FROM decision x JOIN dispute d ON d.id = x.dispute JOIN staff s ON s.id IN (x.decided_by, x.approved_by)
WHERE s.human = d.opened_by
OR EXISTS (SELECT FROM debtor_member m JOIN person p ON p.id = m.person WHERE m.debtor = d.debtor AND p.human = s.human);

-- I-D3a: a credit has two people where it, with all that the debtor was credited in the year before, is above the limit.
SELECT x.id FROM decision x JOIN dispute d ON d.id = x.dispute JOIN community c ON c.id = x.community
CROSS JOIN LATERAL (
  SELECT sum(e.amount) AS fen FROM decision e JOIN dispute f ON f.id = e.dispute
  WHERE f.debtor = d.debtor AND e.final_at > x.final_at - interval '365 days'
    AND (e.final_at, e.approved_by IS NOT NULL) <= (x.final_at, false)) whole
WHERE x.final_at IS NOT NULL AND x.amount > 0 AND x.approved_by IS NULL AND whole.fen > c.approval_limit;

-- I-D4: an open dispute holds its line, unless nothing is left to hold or to dispute, and a closed one holds nothing.
SELECT d.id FROM dispute d JOIN line_balance lb ON lb.line = d.line
LEFT JOIN hold h ON h.source = d.id AND h.released_at IS NULL
WHERE CASE WHEN d.state IN ('open', 'asked', 'routed', 'awaiting_approval', 'reopened')
      THEN h.id IS NULL AND lb.outstanding > lb.held AND d.amount > (
        SELECT coalesce(sum(x.amount), 0) FROM decision x WHERE x.dispute = d.id AND x.final_at IS NOT NULL)
      ELSE h.id IS NOT NULL END
OR h.line <> d.line OR h.amount > d.amount;

-- I-D4c: a dispute about a piece of work holds nothing.
SELECT h.id FROM hold h JOIN dispute d ON d.id = h.source WHERE d.line IS NULL;

-- I-D5: the clock stands still exactly while the owner is asked.
SELECT d.id FROM dispute d
WHERE (d.state = 'asked') <> EXISTS (SELECT FROM dispute_pause p WHERE p.dispute = d.id AND p.ends_at IS NULL);

-- I-D2b: an adjustment carries out one decision.
SELECT adjustment FROM decision WHERE adjustment IS NOT NULL GROUP BY adjustment HAVING count(*) > 1;

-- I-D5a: the clock of a dispute is stopped once at a time.
SELECT dispute FROM dispute_pause WHERE ends_at IS NULL GROUP BY dispute HAVING count(*) > 1;
