"""The reports, and how each is counted."""
