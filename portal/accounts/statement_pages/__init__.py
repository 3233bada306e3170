"""Statements for owners, the desk and the public."""
