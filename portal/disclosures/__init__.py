"""What must be disclosed where an estate lies, when it is due, and when it was done."""
