"""Stripe events: stored, then processed by the worker."""
