from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check


ID = "2026-11-30T21:42:10:000000"
VERSION = "1.38.0"
DESCRIPTION = ""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="Statement",
        tablename="statement",
        column_name="kind",
        db_column_name="kind",
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
        table_class_name="StatementLine",
        tablename="statement_line",
        column_name="kind",
        db_column_name="kind",
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

    manager.add_constraint(
        table_class_name="Statement",
        tablename="statement",
        constraint_name="known_kind",
        constraint_class=Check,
        params={
            "condition": "\"kind\" IN ('actual', 'budget')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="StatementLine",
        tablename="statement_line",
        constraint_name="known_kind",
        constraint_class=Check,
        params={
            "condition": "\"kind\" IN ('ordinary', 'fee', 'pass_through', 'deposit', 'works', 'remuneration', 'sundry', 'total', 'opening', 'closing')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="StatementLine",
        tablename="statement_line",
        constraint_name="told_is_not_counted",
        constraint_class=Check,
        params={
            "condition": "is_total = (kind IN ('total', 'opening', 'closing'))"
        },
        schema=None,
    )

    manager.drop_constraint(
        table_class_name="StatementExplanation",
        tablename="statement_explanation",
        constraint_name="known_kind_2",
        schema=None,
    )

    manager.add_constraint(
        table_class_name="StatementExplanation",
        tablename="statement_explanation",
        constraint_name="known_kind_3",
        constraint_class=Check,
        params={
            "condition": "\"kind\" IN ('off_prior', 'off_year', 'total_differs', 'note_differs', 'capital_works', 'lump_sum', 'no_funding', 'nothing_received', 'no_contract', 'no_term', 'remuneration_differs', 'books_differ', 'looks_like_total', 'passed_on')"
        },
        schema=None,
    )

    return manager
