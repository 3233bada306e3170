"""The owner's first page."""
