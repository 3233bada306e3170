"""Estates with their terms, everybody who has to do with one, and how they are told something."""
