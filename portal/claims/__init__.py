"""Claims that go to a mediator or a court: which lines, how much, and how far each has come."""
