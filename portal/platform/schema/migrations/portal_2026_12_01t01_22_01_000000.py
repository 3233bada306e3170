from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import JSONB, Date, Text
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check

ID = "2026-12-01T01:22:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "Who publishes accounts; who found what a later version corrects, and until when owners may object"

PARAMS = {
    "default": None,
    "null": True,
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}
ADDED = (("creditor", JSONB), ("found_by", Text), ("objections_until", Date))
CHECKS = {
    "known_found_by": "\"found_by\" IN ('question', 'own_check', 'audit')",
    "a_correction_is_said_whole": "(found_by IS NULL) = (objections_until IS NULL)",
}
FOUND = "\"kind\" IN ('off_prior', 'off_year', 'total_differs', 'note_differs', 'capital_works', 'lump_sum', 'no_funding', 'nothing_received', 'no_contract', 'no_term', 'remuneration_differs', 'books_differ', 'books_silent', 'corrected', 'looks_like_total', 'passed_on')"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    for name, kind in ADDED:
        manager.add_column(
            table_class_name="Statement",
            tablename="statement",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=PARAMS,
            schema=None,
        )

    for name, condition in CHECKS.items():
        manager.add_constraint(
            table_class_name="Statement",
            tablename="statement",
            constraint_name=name,
            constraint_class=Check,
            params={"condition": condition},
            schema=None,
        )

    manager.drop_constraint(
        table_class_name="StatementExplanation",
        tablename="statement_explanation",
        constraint_name="known_kind_4",
        schema=None,
    )

    manager.add_constraint(
        table_class_name="StatementExplanation",
        tablename="statement_explanation",
        constraint_name="known_kind_5",
        constraint_class=Check,
        params={"condition": FOUND},
        schema=None,
    )

    return manager
