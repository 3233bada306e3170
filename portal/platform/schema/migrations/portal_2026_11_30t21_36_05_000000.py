from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-30T21:36:05:000000"
VERSION = "1.38.0"
DESCRIPTION = "What papers name of the company that fees are owed to"

FIELDS = (
    "credit_code",
    "address",
    "phone",
    "bank",
    "account_name",
    "account_no",
)


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    for name in FIELDS:
        manager.add_column(
            table_class_name="Community",
            tablename="community",
            column_name=name,
            db_column_name=name,
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
