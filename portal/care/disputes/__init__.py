"""The owner’s side of a dispute about a line or a piece of work."""
