-- I-C3: at most one open case for each unit and debtor.
CREATE UNIQUE INDEX IF NOT EXISTS arrears_case_one_open ON arrears_case (unit, debtor) WHERE state <> 'closed';
