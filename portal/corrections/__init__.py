"""Corrections of issued lines that staff ask for and another person approves."""
