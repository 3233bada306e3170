"""Piccolo's configuration: the engine and the app."""

from portal.platform.db.engine import engine as DB  # noqa: F401 (Piccolo looks for this name)
