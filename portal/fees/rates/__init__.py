"""A new rate is announced: shown for a month, then in force."""
