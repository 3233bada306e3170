"""Bring a case to a mediator or a court: through its gates, by a person, with the papers that this takes."""
