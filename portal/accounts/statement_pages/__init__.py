"""Statements for their readers: owners, the desk, anybody."""
