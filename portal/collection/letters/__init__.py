"""Letters to debtors: issued with their facts, printed, and proved to have arrived."""
