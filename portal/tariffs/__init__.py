"""Charge items, their rates in dated versions, and the arithmetic from a rate to a sum."""
