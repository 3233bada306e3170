"""Bring in an estate: every file of a folder, or nothing at all."""
