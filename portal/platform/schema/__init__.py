"""The database schema: migrations, roles, row-level security, guards."""
