"""What gives a debtor time, and on which day the next step comes at the earliest."""
