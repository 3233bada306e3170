"""A bill run: the bills of a service month for every home, batch by batch."""
