"""What a manager keeps of an estate at the desk: its calendar, its company."""
