"""Homes, who owns or rents them, and the import of an estate."""
