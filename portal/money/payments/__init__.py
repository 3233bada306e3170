"""Money is posted, applied to lines, and what is left becomes credit."""
