"""What import-linter cannot see: a statement names tables of its own slice and of lower ones only."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PORTAL = ROOT / "portal"
TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)")
ALLOWED = {
    ("portal/platform/db/unit_of_work.py", "community"): "EVERYWHERE means every community there is",
    ("portal/platform/schema/migrations/__init__.py", "community"): "a migration changes the rows of every estate",
    ("portal/platform/jobs/queue.py", "community"): "what goes estate by estate has to know them",
    ("portal/platform/health/queries.py", "community"): "whose day is it? health looks at every part",
    ("portal/platform/health/queries.py", "daily_look"): "health looks at every part",
    ("portal/platform/health/queries.py", "delivery"): "health looks at every part, and says which way to people fails",
    ("portal/platform/health/queries.py", "stripe_event"): "health looks at every part, and every part may be told it",
    ("portal/money/payments/actions.py", "attempt"): "money taken at the counter must know of a checkout that is open",
    ("portal/money/payments/actions.py", "attempt_bill"): "the same",
    ("portal/fees/bills/queries.py", "disputed"): "a charge leads to the dispute about it",
    ("portal/care/services/queries.py", "disputed"): "a piece of work leads to the dispute about it",
    (
        "portal/care/dispute_desk/desk_queries.py",
        "arrears_case",
    ): "the page of a dispute leads to the case of its debtor",
}


def levels() -> dict[str, int]:
    """How high each slice stands, as `area.slice`, by the orders that import-linter keeps."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    order = {contract["containers"][0]: contract["layers"] for contract in contracts if contract["type"] == "layers"}
    slices = [
        f"{area}.{one}" for area in reversed(order["portal"]) for one in reversed(order.get(f"portal.{area}", [""]))
    ]
    return {name: level for level, name in enumerate(slices)}


def slice_of(file: Path) -> str:
    """`area.slice` of a module; the areas without slices stand for themselves."""
    place = file.relative_to(PORTAL).parts
    return f"{place[0]}.{place[1] if len(place) > 2 and place[0] != 'run' else ''}"


def owners() -> dict[str, str]:
    """The slice of each table and view."""
    found = {}
    for file in PORTAL.glob("*/*/tables.py"):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef):
                found[re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower()] = slice_of(file)
    for file in PORTAL.glob("*/*/guards.sql"):
        found |= dict.fromkeys(re.findall(r"CREATE OR REPLACE VIEW (\w+)", file.read_text()), slice_of(file))
    return found


def statements() -> Iterator[tuple[str, str, str]]:
    """(file, its slice, table) for every table that a text in the code names."""
    for file in sorted(PORTAL.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for table in TABLE.findall(node.value):
                    yield file.relative_to(ROOT).as_posix(), slice_of(file), table


def test_statements_name_no_table_of_a_higher_slice_or_a_sibling() -> None:
    level, owner = levels(), owners()
    named = [(file, mine, table) for file, mine, table in statements() if table in owner and mine in level]
    assert {table for _file, _mine, table in named} >= {"bill", "line_balance", "payment", "hold", "dispute", "plan"}
    found = {
        (file, table) for file, mine, table in named if owner[table] != mine and level[owner[table]] >= level[mine]
    }
    assert found == set(ALLOWED)
