"""Work done on the estate, and how residents rate it."""
