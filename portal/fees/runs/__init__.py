"""A bill run: what a service month comes to for every home, made batch by batch."""
