"""What gives a debtor time, and when the next step is possible at the earliest."""
