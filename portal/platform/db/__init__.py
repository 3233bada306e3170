"""The only way to PostgreSQL: addresses, connections, one unit of work with its scope, locks."""
