"""Signing in, confirming one's identity, and changing one's number."""
