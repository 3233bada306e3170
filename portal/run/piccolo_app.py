"""One Piccolo app, one line of history for the whole product."""

import importlib
from pathlib import Path

from piccolo.conf.apps import AppConfig
from piccolo.table import Table

PORTAL = Path(__file__).parents[1]

SLICES = [".".join(path.relative_to(PORTAL).parts[:-1]) for path in sorted(PORTAL.glob("*/*/tables.py"))]


def all_tables() -> list[type[Table]]:
    """Every table declared in a slice."""
    found: list[type[Table]] = []
    for name in SLICES:
        module = importlib.import_module(f"portal.{name}.tables")
        found += [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Table) and value.__module__ == module.__name__
        ]
    return found


APP_CONFIG = AppConfig(
    app_name="portal",
    migrations_folder_path=str(PORTAL / "platform" / "schema" / "migrations"),
    table_classes=all_tables(),
)
