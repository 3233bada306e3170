"""A line that its debtor does not accept, and what came of it."""
