"""The staff door: a password, then a code; and the one-time link that sets both up."""
