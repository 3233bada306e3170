"""The process itself: its settings, its ports, its log, the PostgreSQL that comes along."""
