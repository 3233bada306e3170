-- I-P4: at most one live attempt covers a bill.
CREATE UNIQUE INDEX IF NOT EXISTS attempt_bill_one_live ON attempt_bill (bill) WHERE live;
