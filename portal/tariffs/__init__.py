"""Charge items and their dated rates, and the arithmetic of a charge."""
