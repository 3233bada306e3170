"""Charges for late payment, where the contract provides for them."""
