"""Until when a line can be claimed with full force."""
