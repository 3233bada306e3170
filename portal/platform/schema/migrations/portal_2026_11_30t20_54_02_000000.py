from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.constraints import Check

ID = "2026-11-30T20:54:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "A proof names whom it reached, and staff open nothing"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    manager.add_constraint(
        table_class_name="Contact",
        tablename="contact",
        constraint_name="only_paper_proves_2",
        constraint_class=Check,
        params={
            "condition": "NOT \"proves\" OR \"channel\" IN ('letter', 'demand') AND \"person\" IS NOT NULL AND \"outcome\" IN ('handed_over', 'household', 'registered', 'opened')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="Contact",
        tablename="contact",
        constraint_name="staff_open_nothing",
        constraint_class=Check,
        params={"condition": "\"outcome\" <> 'opened' OR \"by_staff\" IS NULL"},
        schema=None,
    )

    return manager
