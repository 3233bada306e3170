"""The owner’s first page, inbox and devices."""
