from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Date
from piccolo.columns.column_types import Text
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check

ID = "2026-11-29T04:45:18:283268"
VERSION = "1.38.0"
DESCRIPTION = ""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="ServiceRound",
        tablename="service_round",
        column_name="department",
        db_column_name="department",
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

    manager.add_column(
        table_class_name="ServiceRound",
        tablename="service_round",
        column_name="make_up_by",
        db_column_name="make_up_by",
        column_class_name="Date",
        column_class=Date,
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

    manager.drop_constraint(
        table_class_name="ServiceRound",
        tablename="service_round",
        constraint_name="service_round_is_kept_or_explained",
        schema=None,
    )

    manager.add_constraint(
        table_class_name="ServiceRound",
        tablename="service_round",
        constraint_name="service_round_is_kept_explained_or_made_up",
        constraint_class=Check,
        params={
            "condition": '("reason" IS NULL) = ("explained_by" IS NULL) AND ("department" IS NULL) = ("make_up_by" IS NULL) AND ("make_up_by" IS NULL OR "reason" IS NOT NULL) AND ("record" IS NULL OR "reason" IS NULL OR "make_up_by" IS NOT NULL)'
        },
        schema=None,
    )

    return manager
