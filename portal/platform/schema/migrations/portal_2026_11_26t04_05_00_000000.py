from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete
from piccolo.columns.base import OnUpdate
from piccolo.columns.column_types import ForeignKey
from piccolo.columns.column_types import Serial
from piccolo.columns.column_types import Text
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.column_types import UUID
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check
from piccolo.constraints import Unique
from piccolo.table import Table


class Community(Table, tablename="community", schema=None):
    id = Serial(
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Dispute(Table, tablename="dispute", schema=None):
    id = UUID(
        default=UUID4(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Human(Table, tablename="human", schema=None):
    id = UUID(
        default=UUID4(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


ID = "2026-11-26T04:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Owners are asked whether it is really fixed"

PLAIN = {
    "unique": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    manager.add_table(
        class_name="FollowUp",
        tablename="follow_up",
        schema=None,
        columns=None,
    )

    manager.add_column(
        table_class_name="FollowUp",
        tablename="follow_up",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params=PLAIN
        | {
            "default": UUID4(),
            "null": False,
            "primary_key": True,
            "index": False,
        },
        schema=None,
    )

    for name, table, null in (
        ("community", Community, False),
        ("dispute", Dispute, False),
        ("answered_by", Human, True),
    ):
        manager.add_column(
            table_class_name="FollowUp",
            tablename="follow_up",
            column_name=name,
            db_column_name=name,
            column_class_name="ForeignKey",
            column_class=ForeignKey,
            params=PLAIN
            | {
                "references": table,
                "on_delete": OnDelete.restrict,
                "on_update": OnUpdate.no_action,
                "target_column": None,
                "null": null,
                "primary_key": False,
                "index": True,
            },
            schema=None,
        )

    for name, kind, null in (
        ("round_began_at", Timestamptz, False),
        ("asked_at", Timestamptz, False),
        ("answer", Text, True),
        ("answered_at", Timestamptz, True),
    ):
        manager.add_column(
            table_class_name="FollowUp",
            tablename="follow_up",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=PLAIN
            | {
                "default": None,
                "null": null,
                "primary_key": False,
                "index": False,
            },
            schema=None,
        )

    manager.add_constraint(
        table_class_name="FollowUp",
        tablename="follow_up",
        constraint_name="follow_up_once_a_round",
        constraint_class=Unique,
        params={
            "columns": ["dispute", "round_began_at"],
            "nulls_distinct": True,
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="FollowUp",
        tablename="follow_up",
        constraint_name="known_answer",
        constraint_class=Check,
        params={"condition": "\"answer\" IN ('yes', 'no')"},
        schema=None,
    )

    manager.add_constraint(
        table_class_name="FollowUp",
        tablename="follow_up",
        constraint_name="answered_by_somebody",
        constraint_class=Check,
        params={
            "condition": '("answer" IS NULL) = ("answered_by" IS NULL) AND ("answer" IS NULL) = ("answered_at" IS NULL)'
        },
        schema=None,
    )

    manager.drop_constraint(
        table_class_name="DisputeStep",
        tablename="dispute_step",
        constraint_name="known_kind_2",
        schema=None,
    )

    manager.add_constraint(
        table_class_name="DisputeStep",
        tablename="dispute_step",
        constraint_name="known_kind_3",
        constraint_class=Check,
        params={
            "condition": "\"kind\" IN ('opened', 'claimed', 'asked', 'answered', 'routed', 'rectified', 'proposed', 'returned', 'decided', 'accepted', 'reopened', 'confirmed', 'withdrawn')"
        },
        schema=None,
    )

    return manager
