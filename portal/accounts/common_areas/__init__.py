"""What common areas earn, and what is done with it."""
