-- I-D1: one open dispute for each line.
CREATE UNIQUE INDEX IF NOT EXISTS dispute_one_live ON dispute (line)
  WHERE state IN ('open', 'asked', 'routed', 'awaiting_approval', 'reopened');
CREATE UNIQUE INDEX IF NOT EXISTS dispute_pause_one_open ON dispute_pause (dispute) WHERE ends_at IS NULL;
