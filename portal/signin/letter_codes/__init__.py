"""A code on a letter for people who have lost their registered number."""
