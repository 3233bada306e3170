"""Figures: each has one definition, and small groups are not told where they should not be."""
