"""Notices on their way: sent by every way that waits, receipts asked for."""
