"""Changes of ownership."""
