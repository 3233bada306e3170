"""Letters to debtors: issued with their facts, printed, and proved to be delivered."""
