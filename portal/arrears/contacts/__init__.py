"""What was said, promised and planned with debtors, and manual holds."""
