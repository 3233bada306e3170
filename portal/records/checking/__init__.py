"""Checks between the rows of an import and the existing data."""
