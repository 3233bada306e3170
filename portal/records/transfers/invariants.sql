-- I-H2: after a change of owners those of before owe no period that was decided on its day or later, unless it came back to them.
SELECT t.id FROM transfer t JOIN bill b ON b.unit = t.unit AND b.debtor = t.old_debtor AND b.kind = 'run'
JOIN LATERAL (SELECT min(coalesce((facts ->> 'owed_on')::date, (facts ->> 'starts_on')::date, to_date(first_month, 'YYYY-MM'))) AS day
              FROM bill_line WHERE bill = b.id GROUP BY item) decided ON decided.day >= t.starts_on
WHERE NOT EXISTS (SELECT FROM transfer n WHERE n.unit = t.unit AND n.new_debtor = t.old_debtor AND n.starts_on > t.starts_on);
