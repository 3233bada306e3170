-- I-M3a: a late charge stands as a line of that sum for that month, on a document for late payment of the same debtor.
SELECT c.id FROM late_charge c JOIN bill_line n ON n.id = c.charge JOIN bill nb ON nb.id = n.bill
JOIN bill_line o ON o.id = c.line JOIN bill ob ON ob.id = o.bill
WHERE n.amount <> c.amount OR n.first_month <> c.month OR n.last_month <> c.month OR nb.kind <> 'late_charge'
   OR nb.debtor <> ob.debtor OR ob.kind = 'late_charge' OR ob.due_on > (c.month || '-01')::date + interval '1 month';

-- I-M3b: every line of such a document says for which line it is.
SELECT l.id FROM bill_line l JOIN bill b ON b.id = l.bill AND b.kind = 'late_charge'
WHERE NOT EXISTS (SELECT FROM late_charge c WHERE c.charge = l.id);
