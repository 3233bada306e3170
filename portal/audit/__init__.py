"""Append-only rows of who did what, chained by hash."""
