"""Figures of an estate: each with its definition, a picture, the table behind it and a download."""
