"""The checks that a statement has to pass before it is published."""
