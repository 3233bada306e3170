"""Corrections of issued lines: requested by one person, approved by another."""
