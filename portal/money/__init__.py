"""Payments at the counter and online, and corrections of bills."""
