"""Homes: which there are, who owns and rents them, and which are vacant."""
