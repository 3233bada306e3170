"""What an estate publishes about its money: statements, questions, common areas, the committee, disclosures."""
