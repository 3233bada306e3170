"""What was done on the estate."""
