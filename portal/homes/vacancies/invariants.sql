-- I-H1: a home counts as vacant only once on a day, and each filing was made by somebody and answered by somebody else.
SELECT a.id FROM vacancy a JOIN vacancy b ON b.unit = a.unit AND b.id > a.id AND a.state = 'approved' AND b.state = 'approved'
WHERE a.starts_on <= coalesce(b.ends_on, 'infinity') AND b.starts_on <= coalesce(a.ends_on, 'infinity')
UNION ALL
SELECT id FROM vacancy WHERE answered_by = filed_at_desk OR coalesce(filed_by, filed_at_desk) IS NULL;

-- I-H3: one filing of a home waits for an answer.
SELECT unit FROM vacancy WHERE state = 'waiting' GROUP BY unit HAVING count(*) > 1;
