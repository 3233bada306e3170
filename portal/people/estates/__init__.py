"""Estates: the terms they work by, their company, their days and hours."""
