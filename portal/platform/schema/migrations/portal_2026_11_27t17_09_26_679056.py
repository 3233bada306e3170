from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.constraints import Check

ID = "2026-11-27T17:09:26:679056"
VERSION = "1.38.0"
DESCRIPTION = ""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    manager.drop_constraint(
        table_class_name="Hold",
        tablename="hold",
        constraint_name="known_reason",
        schema=None,
    )

    manager.add_constraint(
        table_class_name="Hold",
        tablename="hold",
        constraint_name="known_reason_2",
        constraint_class=Check,
        params={
            "condition": "\"reason\" IN ('dispute', 'plan', 'payment', 'manual', 'hardship')"
        },
        schema=None,
    )

    return manager
