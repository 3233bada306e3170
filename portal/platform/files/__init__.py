"""Photos that people sent, re-encoded and kept in the database."""
