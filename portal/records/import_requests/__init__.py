"""Imports from the desk: uploaded, checked, confirmed."""
