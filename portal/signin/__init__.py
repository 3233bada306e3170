"""How people get in, prove again who they are, and change their number."""
