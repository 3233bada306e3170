from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.constraints import Check

ID = "2026-11-26T03:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A department says what it did"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    manager.drop_constraint(
        table_class_name="DisputeStep",
        tablename="dispute_step",
        constraint_name="known_kind",
        schema=None,
    )

    manager.add_constraint(
        table_class_name="DisputeStep",
        tablename="dispute_step",
        constraint_name="known_kind_2",
        constraint_class=Check,
        params={
            "condition": "\"kind\" IN ('opened', 'claimed', 'asked', 'answered', 'routed', 'rectified', 'proposed', 'returned', 'decided', 'accepted', 'reopened', 'withdrawn')"
        },
        schema=None,
    )

    return manager
