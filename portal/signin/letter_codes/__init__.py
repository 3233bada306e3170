"""A code on a letter, for whoever has lost the registered number."""
