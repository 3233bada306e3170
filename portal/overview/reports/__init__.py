"""What a report is, and how each is counted."""
