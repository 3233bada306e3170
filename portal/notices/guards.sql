-- Whether a case was reminded of is asked by the key without its person, which the unique key has between the two.
CREATE INDEX IF NOT EXISTS notice_by_key ON notice (community, key);
