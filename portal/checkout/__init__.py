"""Paying through Stripe Checkout, posted exactly once."""
