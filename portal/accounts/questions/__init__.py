"""Questions on the lines of published accounts."""
