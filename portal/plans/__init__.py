"""Paying by instalments."""
