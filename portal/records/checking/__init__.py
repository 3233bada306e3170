"""What must hold between the rows of an import and what is known."""
