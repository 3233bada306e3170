"""Holds: amounts or whole cases that must not be chased now."""
