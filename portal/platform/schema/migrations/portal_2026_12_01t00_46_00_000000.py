from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text
from piccolo.columns.indexes import IndexMethod

ID = "2026-12-01T00:46:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A shared cost and a quantity may say why they are right"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    for table_class, table in (
        ("SharedCost", "shared_cost"),
        ("UnitCharge", "unit_charge"),
    ):
        manager.add_column(
            table_class_name=table_class,
            tablename=table,
            column_name="reason",
            db_column_name="reason",
            column_class_name="Text",
            column_class=Text,
            params={
                "default": None,
                "null": True,
                "primary_key": False,
                "unique": False,
                "index": False,
                "index_method": IndexMethod.btree,
                "choices": None,
                "db_column_name": None,
                "secret": False,
            },
            schema=None,
        )

    return manager
