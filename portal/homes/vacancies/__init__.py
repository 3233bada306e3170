"""Vacant homes: reported, answered, ended."""
