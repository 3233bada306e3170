"""Whether the portal can do its work."""
