-- I-P1b: a Stripe payment is its attempt: same id, posted, with the attempt's sum.
SELECT p.id FROM payment p LEFT JOIN attempt a ON a.id = p.id
WHERE p.channel = 'stripe' AND (a.id IS NULL OR a.state <> 'posted' OR a.amount <> p.amount);

-- I-P4: at most one live attempt covers a bill, and an attempt that has ended covers none.
SELECT ab.bill FROM attempt_bill ab JOIN attempt a ON a.id = ab.attempt
WHERE ab.live AND a.state IN ('posted', 'failed', 'expired')
UNION ALL
SELECT bill FROM attempt_bill WHERE live GROUP BY bill HAVING count(*) > 1;

-- I-P8a: a posted attempt has its payment.
SELECT a.id FROM attempt a WHERE a.state = 'posted' AND NOT EXISTS (SELECT FROM payment p WHERE p.id = a.id);

-- I-M2: the designation of an attempt sums to its amount.
SELECT a.id FROM attempt a JOIN attempt_line l ON l.attempt = a.id
GROUP BY a.id, a.amount HAVING sum(l.amount) <> a.amount;
