-- Whether a case was reminded of is asked by the key without its person, which the unique key has between the two.
CREATE INDEX IF NOT EXISTS notice_by_key ON notice (community, key);
-- Receipts are asked for every minute; nearly every delivery has come to its end.
CREATE INDEX IF NOT EXISTS delivery_on_its_way ON delivery (asked_at) WHERE state = 'sent' AND receipt IS NOT NULL;
-- The desk asks at every look whether anything was lost; hardly anything is.
CREATE INDEX IF NOT EXISTS delivery_lost ON delivery (community, changed_at) WHERE state = 'failed';
-- /readyz asks at every look whether a provider refused something lately; what went through has no trouble any more.
CREATE INDEX IF NOT EXISTS delivery_in_trouble ON delivery (changed_at)
WHERE trouble IS NOT NULL AND state IN ('queued', 'failed');
