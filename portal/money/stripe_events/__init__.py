"""What Stripe tells: stored, then settled by the worker, none forgotten."""
