"""A home changes hands on a day: who owes what before and after, and what becomes of everything that is open."""
