-- I-E1: one import from the desk is open for each community.
CREATE UNIQUE INDEX IF NOT EXISTS import_request_one_open ON import_request (community)
  WHERE state IN ('checking', 'checked', 'importing');
