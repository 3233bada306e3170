"""Income and expense statements as values: sums, versions, heads of cost."""
