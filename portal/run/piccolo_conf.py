"""Where Piccolo finds the one engine."""

from portal.platform.db.unit_of_work import engine as DB  # noqa: F401 (Piccolo looks for this name)
