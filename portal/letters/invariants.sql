-- I-W1: what proves that a letter arrived belongs to a letter of the same case, and did not happen before it was issued.
SELECT o.id FROM contact o LEFT JOIN letter_proof p ON p.contact = o.id LEFT JOIN letter l ON l.id = p.letter
WHERE o.proves AND (l.id IS NULL OR l.arrears_case <> o.arrears_case OR o.on_day < l.issued_on);
