-- I-U1a: seals are numbered from one without a gap in each community, and each seals an entry of it, once.
SELECT community::text FROM audit_seal GROUP BY community HAVING min(sequence) <> 1 OR max(sequence) <> count(*)
UNION ALL
SELECT s.id::text FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry
WHERE e.id IS NULL OR e.community <> s.community
UNION ALL
SELECT min(id::text) FROM audit_seal GROUP BY entry HAVING count(*) > 1;
