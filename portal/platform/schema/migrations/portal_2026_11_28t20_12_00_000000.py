from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-28T20:12:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Makes room: the next one renames a state of deliveries"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    manager.drop_constraint(
        table_class_name="Delivery",
        tablename="delivery",
        constraint_name="known_state_2",
        schema=None,
    )

    return manager
