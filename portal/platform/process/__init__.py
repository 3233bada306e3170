"""The process: settings, ports, log, embedded PostgreSQL."""
