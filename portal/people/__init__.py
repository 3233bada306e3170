"""Estates and their terms, the people of an estate, and messages to them."""
