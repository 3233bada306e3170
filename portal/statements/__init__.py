"""Published income and expense."""
