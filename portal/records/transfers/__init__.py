"""A home changes hands."""
