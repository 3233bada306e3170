"""Forms: typed text becomes values, and comes back if it was wrong."""
