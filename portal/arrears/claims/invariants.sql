-- LAW-1: one claim of each debtor is under way.
SELECT debtor FROM claim WHERE state IN ('prepared', 'filed', 'accepted', 'agreed', 'issued')
GROUP BY debtor HAVING count(*) > 1;

-- LAW-2: a claim is the sum of its lines, and these are lines of its own debtor.
SELECT c.id FROM claim c WHERE c.amount <> (SELECT coalesce(sum(amount), 0) FROM claim_line WHERE claim = c.id)
UNION ALL SELECT cl.id FROM claim_line cl JOIN claim c ON c.id = cl.claim JOIN bill_line l ON l.id = cl.line
JOIN bill b ON b.id = l.bill WHERE b.debtor <> c.debtor;

-- LAW-9: no claim that is under way asks for money of the maintenance fund, which is not the company's.
SELECT c.id FROM claim c JOIN claim_line cl ON cl.claim = c.id JOIN bill_line l ON l.id = cl.line
JOIN charge_item i ON i.id = l.item AND i.kind = 'fund' WHERE c.state IN ('prepared', 'filed', 'accepted', 'agreed', 'issued');

-- LAW-3: a claim stands where its last step left it.
SELECT c.id FROM claim c LEFT JOIN claim_step s ON s.claim = c.id AND s.state = c.state
WHERE s.id IS NULL OR EXISTS (SELECT FROM claim_step later WHERE later.claim = c.id AND later.at > s.at);

-- LAW-4: how much is left of a claim that is under way was told as it changed.
SELECT b.claim FROM claim_balance b JOIN claim c ON c.id = b.claim
WHERE c.state IN ('prepared', 'filed', 'accepted', 'agreed', 'issued') AND b.left_over <> b.told;

-- LAW-5: a claim never asks for more than it was brought for.
SELECT x.id FROM claim_change x JOIN claim c ON c.id = x.claim WHERE x.amount > c.amount;
