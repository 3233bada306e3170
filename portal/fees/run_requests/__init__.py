"""A run asked for at the desk, previewed by the worker, published under somebody’s name."""
