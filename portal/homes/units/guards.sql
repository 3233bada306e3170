-- How the persons of a debtor are named together, in the order of the roll; never null, since nobody owes as nobody.
CREATE OR REPLACE VIEW debtor_names AS
SELECT m.debtor, m.community, string_agg(p.name, '、' ORDER BY p.external_id) AS names
FROM debtor_member m JOIN person p ON p.id = m.person GROUP BY m.debtor, m.community;

GRANT SELECT ON debtor_names TO portal_app, portal_worker;
