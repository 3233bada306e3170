"""Online payment for owners: attempts that are posted exactly once."""
