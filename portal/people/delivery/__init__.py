"""Delivery of notices: sent through every waiting channel, with receipts."""
