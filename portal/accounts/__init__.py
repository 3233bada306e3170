"""What an estate publishes of its money: statements, questions, common areas, the committee, disclosures."""
