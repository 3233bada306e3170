"""The engine under the name by which Piccolo looks for it."""

from portal.platform.db.engine import engine as DB  # noqa: F401 (imported by Piccolo)
