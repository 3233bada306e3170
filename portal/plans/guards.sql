-- One live plan or request for each debtor.
CREATE UNIQUE INDEX IF NOT EXISTS plan_one_live ON plan (debtor)
  WHERE state IN ('requested', 'countered', 'approved', 'active');
