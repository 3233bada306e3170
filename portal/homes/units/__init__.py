"""Buildings and homes, who owns or rents them and when, and the debtors that follow from it."""
