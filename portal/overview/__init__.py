"""Overviews: the owner’s first page, the desk, reports."""
