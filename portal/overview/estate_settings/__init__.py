"""Settings of an estate that managers maintain: its calendar and its company."""
