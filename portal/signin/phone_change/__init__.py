"""Changing a phone number: with both numbers, or at the counter by two people."""
