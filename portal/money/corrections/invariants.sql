-- I-D3c: nobody approves a correction they asked for, and its adjustment says the same sum and points back to it.
SELECT c.id FROM correction c LEFT JOIN adjustment a ON a.id = c.adjustment
WHERE c.answered_by = c.asked_by
   OR c.state = 'approved' AND (a.id IS NULL OR a.amount <> -c.amount OR a.source IS DISTINCT FROM c.id OR a.line <> c.line);

-- I-D3g: one correction waits for each line.
SELECT line FROM correction WHERE state = 'waiting' GROUP BY line HAVING count(*) > 1;
