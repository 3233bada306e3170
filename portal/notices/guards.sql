-- Whether a case was reminded of is asked by the key alone, which no unique key begins with.
CREATE INDEX IF NOT EXISTS notice_of_key ON notice (key);
