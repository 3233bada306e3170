"""Figures of each estate and month, kept every day."""
