"""Access to PostgreSQL: addresses, connections, the unit of work with its scope, locks."""
