"""The terms of the ladder, in versions, with their exceptions."""
