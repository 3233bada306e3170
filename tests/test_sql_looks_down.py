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
    ("portal/db.py", "community"): "EVERYWHERE means every community there is",
    ("portal/each.py", "community"): "what goes estate by estate has to know them",
    ("portal/health.py", "community"): "whose day is it? health looks at every part",
    ("portal/health.py", "daily_look"): "health looks at every part",
    ("portal/health.py", "delivery"): "health looks at every part, and says which way to people fails",
    ("portal/health.py", "stripe_event"): "health looks at every part, and every part may be told it",
    ("portal/payments/online.py", "attempt"): "money taken at the counter must know of a checkout that is open",
    ("portal/payments/online.py", "attempt_bill"): "the same",
    ("portal/billing/queries.py", "disputed"): "a charge leads to the dispute about it",
    ("portal/services/queries.py", "disputed"): "a piece of work leads to the dispute about it",
    ("portal/disputes/desk.py", "arrears_case"): "the page of a dispute leads to the case of its debtor",
}


def levels() -> dict[str, int]:
    """How high each slice stands, by the order that import-linter keeps."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["name"] == "Slices look down")
    return {name.strip(): n for n, layer in enumerate(reversed(layers)) for name in layer.split("|")}


def owners() -> dict[str, str]:
    """The slice of each table and view."""
    found = {}
    for file in PORTAL.glob("*/tables.py"):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef):
                found[re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower()] = file.parent.name
    for file in PORTAL.glob("*/guards.sql"):
        found |= dict.fromkeys(re.findall(r"CREATE OR REPLACE VIEW (\w+)", file.read_text()), file.parent.name)
    return found


def statements() -> Iterator[tuple[str, str, str]]:
    """(file, its slice, table) for every table that a text in the code names."""
    for file in sorted(PORTAL.rglob("*.py")):
        place = file.relative_to(PORTAL).parts
        if place[0] in ("migrations", "sandbox"):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for table in TABLE.findall(node.value):
                    yield file.relative_to(ROOT).as_posix(), place[0].removesuffix(".py"), table


def test_statements_name_no_table_of_a_higher_slice_or_a_sibling() -> None:
    level, owner = levels(), owners()
    named = [(file, mine, table) for file, mine, table in statements() if table in owner and mine in level]
    assert {table for _file, _mine, table in named} >= {"bill", "line_balance", "payment", "hold", "dispute", "plan"}
    found = {
        (file, table) for file, mine, table in named if owner[table] != mine and level[owner[table]] >= level[mine]
    }
    assert found == set(ALLOWED)
