"""What is overdue: a case for each debtor and home, its ladder, its clocks and what gives time."""
