"""Questions about the lines of published statements."""
