-- I-S1: what is published says who published it, when, and the fingerprint of what was shown.
SELECT id FROM statement
WHERE (state = 'draft') <> (content_sha256 IS NULL AND published_by IS NULL AND published_at IS NULL)
   OR (state <> 'draft' AND (content_sha256 IS NULL OR published_by IS NULL OR published_at IS NULL));

-- I-S2: a statement is superseded by a later version of the same code, and only then.
SELECT s.id FROM statement s
WHERE s.state <> 'draft' AND (s.state = 'superseded') <> EXISTS (
  SELECT FROM statement n WHERE n.community = s.community AND n.code = s.code AND n.version > s.version AND n.state <> 'draft');

-- I-S3: a published statement has lines, numbered without a gap.
SELECT s.id FROM statement s LEFT JOIN statement_line l ON l.statement = s.id
WHERE s.state <> 'draft' GROUP BY s.id
HAVING count(l.id) = 0 OR max(l.position) - min(l.position) + 1 <> count(l.id);

-- I-S4: one version of a statement is published, and one is being drafted.
SELECT min(id::text) FROM statement WHERE state IN ('published', 'draft') GROUP BY community, code, state HAVING count(*) > 1;

-- I-S5: what two people signed is what was published, and they are two people.
SELECT id FROM statement
WHERE state <> 'draft' AND signed_by IS NOT NULL AND (signed_sha256 <> content_sha256 OR signed_by = published_by);

-- I-S6: what a published statement explains and shows as its documents was there before it was published.
SELECT e.id FROM statement_explanation e JOIN statement s ON s.id = e.statement
WHERE s.state <> 'draft' AND e.explained_at > s.published_at
UNION ALL SELECT d.id FROM statement_document d JOIN statement s ON s.id = d.statement
WHERE s.state <> 'draft' AND d.at > s.published_at;

-- I-S7: what a statement says to have happened was over when it was published; anything else is a budget.
SELECT s.id FROM statement s JOIN community c ON c.id = s.community
WHERE s.state <> 'draft' AND s.kind = 'actual' AND (s.published_at AT TIME ZONE c.timezone)::date <= s.ends_on;
