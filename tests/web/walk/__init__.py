"""Walks over every route and every page of the product, in a world with something of everything in it."""
