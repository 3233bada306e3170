"""Until when a line can be claimed in court."""
