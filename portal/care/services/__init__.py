"""What was done on the estate, and what residents think of it."""
