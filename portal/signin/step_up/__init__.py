"""Confirming one's identity before sensitive actions."""
