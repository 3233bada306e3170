from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check

ID = "2026-11-29T05:15:11:792363"
VERSION = "1.38.0"
DESCRIPTION = ""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="StatementExplanation",
        tablename="statement_explanation",
        column_name="name_en",
        db_column_name="name_en",
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
        table_class_name="StatementExplanation",
        tablename="statement_explanation",
        column_name="name_zh",
        db_column_name="name_zh",
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

    manager.drop_constraint(
        table_class_name="StatementExplanation",
        tablename="statement_explanation",
        constraint_name="known_kind",
        schema=None,
    )

    manager.add_constraint(
        table_class_name="StatementExplanation",
        tablename="statement_explanation",
        constraint_name="known_kind_2",
        constraint_class=Check,
        params={
            "condition": "\"kind\" IN ('off_prior', 'off_year', 'total_differs', 'note_differs', 'capital_works', 'lump_sum', 'no_funding', 'nothing_received', 'no_contract', 'no_term', 'remuneration_differs', 'books_differ')"
        },
        schema=None,
    )

    return manager
