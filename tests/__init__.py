"""Tests mirror portal/."""
