"""A home stands empty: filed, answered, ended."""
