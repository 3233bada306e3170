from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Boolean
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check

ID = "2026-11-30T18:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A contact says whether it proves that an issued letter arrived"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="Contact",
        tablename="contact",
        column_name="proves",
        db_column_name="proves",
        column_class_name="Boolean",
        column_class=Boolean,
        params={
            "default": False,
            "null": False,
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

    manager.add_constraint(
        table_class_name="Contact",
        tablename="contact",
        constraint_name="only_paper_proves",
        constraint_class=Check,
        params={
            "condition": "NOT \"proves\" OR \"channel\" IN ('letter', 'demand') AND \"outcome\" IN ('handed_over', 'household', 'posted', 'registered', 'opened')"
        },
        schema=None,
    )

    return manager
