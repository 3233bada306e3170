"""Double entry: journals that sum to zero, never edited, only reversed."""
