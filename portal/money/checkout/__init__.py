"""The owner’s way to pay online: attempts that are posted exactly once."""
