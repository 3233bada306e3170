"""Where Piccolo finds the one engine."""

from portal.platform.db.engine import engine as DB  # noqa: F401 (Piccolo looks for this name)
