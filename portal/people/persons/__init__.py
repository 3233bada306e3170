"""Humans who sign in, and the persons and staff they are in each estate."""
