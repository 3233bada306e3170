"""Calls and visits: whom to contact, what to say, and the outcome."""
