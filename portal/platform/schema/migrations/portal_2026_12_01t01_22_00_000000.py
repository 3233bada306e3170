from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Boolean
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check

ID = "2026-12-01T01:22:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Whether a person said what kind a line of accounts is; income that the books say nothing of"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="StatementLine",
        tablename="statement_line",
        column_name="said",
        db_column_name="said",
        column_class_name="Boolean",
        column_class=Boolean,
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
        table_class_name="StatementExplanation",
        tablename="statement_explanation",
        constraint_name="known_kind_3",
        schema=None,
    )

    manager.add_constraint(
        table_class_name="StatementExplanation",
        tablename="statement_explanation",
        constraint_name="known_kind_4",
        constraint_class=Check,
        params={
            "condition": "\"kind\" IN ('off_prior', 'off_year', 'total_differs', 'note_differs', 'capital_works', 'lump_sum', 'no_funding', 'nothing_received', 'no_contract', 'no_term', 'remuneration_differs', 'books_differ', 'books_silent', 'looks_like_total', 'passed_on')"
        },
        schema=None,
    )

    for old in ("known_kind", "told_is_not_counted"):
        manager.drop_constraint(
            table_class_name="StatementLine",
            tablename="statement_line",
            constraint_name=old,
            schema=None,
        )

    manager.add_constraint(
        table_class_name="StatementLine",
        tablename="statement_line",
        constraint_name="known_kind_2",
        constraint_class=Check,
        params={
            "condition": "\"kind\" IN ('ordinary', 'fee', 'pass_through', 'deposit', 'works', 'remuneration', 'sundry', 'total', 'opening', 'closing', 'part')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="StatementLine",
        tablename="statement_line",
        constraint_name="told_is_not_counted_2",
        constraint_class=Check,
        params={
            "condition": "is_total = (kind IN ('total', 'opening', 'closing', 'part'))"
        },
        schema=None,
    )

    return manager
