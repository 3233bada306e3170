"""What is overdue: a case for each debtor and home, its stages, deadlines and limitation."""
