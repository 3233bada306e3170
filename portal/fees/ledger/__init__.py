"""Double entry: journals that sum to zero and are never edited, only reversed."""
