-- I-C1: no fen of a line is held twice: its live holds together never exceed what the line ever asked for.
SELECT h.line FROM hold h JOIN bill_line l ON l.id = h.line
CROSS JOIN LATERAL (SELECT coalesce(sum(a.amount), 0) AS added FROM adjustment a WHERE a.line = l.id AND a.amount > 0) more
WHERE h.released_at IS NULL GROUP BY h.line, l.amount, more.added HAVING sum(h.amount) > l.amount + more.added;

-- I-D4a: a hold on a line belongs to the debtor of its bill.
SELECT h.id FROM hold h JOIN bill_line l ON l.id = h.line JOIN bill b ON b.id = l.bill WHERE h.debtor <> b.debtor;

-- I-D4b: a source holds the same line, or the same whole case, once.
SELECT source FROM hold WHERE released_at IS NULL GROUP BY debtor, line, source HAVING count(*) > 1;
