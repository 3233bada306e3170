from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import JSONB
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-30T21:06:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A run keeps which items rightly came to nothing, and why"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    for table_class, table in (
        ("BillRun", "bill_run"),
        ("RunRequest", "run_request"),
    ):
        manager.add_column(
            table_class_name=table_class,
            tablename=table,
            column_name="accepted_zero",
            db_column_name="accepted_zero",
            column_class_name="JSONB",
            column_class=JSONB,
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
