"""Calls and visits: whom to turn to, what to say, what came of it."""
