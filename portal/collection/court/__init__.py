"""Claims before mediators and courts: conditions, documents, steps."""
