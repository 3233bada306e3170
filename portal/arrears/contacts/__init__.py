"""What was said, promised and planned with debtors, and holds by hand."""
