"""The tables as they are made: migrations, roles, row-level security, guards."""
