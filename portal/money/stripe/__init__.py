"""Stripe, as the portal sees it: the only place that imports its client."""
