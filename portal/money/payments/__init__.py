"""Money received, what it was applied to, and what is left of it as credit."""
