-- I-E1: one import from the desk is open for each community.
SELECT community FROM import_request WHERE state IN ('checking', 'checked', 'importing')
GROUP BY community HAVING count(*) > 1;

-- I-E2: of an import that is over no bytes are kept.
SELECT DISTINCT r.id FROM import_request r JOIN import_part p ON p.request = r.id
WHERE r.state IN ('faulty', 'imported', 'cancelled', 'expired');
