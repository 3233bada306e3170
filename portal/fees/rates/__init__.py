"""New rates: announced a month ahead, then in force."""
