"""Photos people sent."""
