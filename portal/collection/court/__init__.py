"""The paths of law after a demand: gates, papers, steps."""
