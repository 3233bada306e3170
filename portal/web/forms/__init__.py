"""Typed text becomes meaning, and comes back when it was wrong."""
