"""What import-linter cannot see: SQL looks down too, in Python and in files of its own.

A statement names tables, views and functions of its own slice or of a lower one.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PORTAL = ROOT / "portal"
NAMED = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|ON)\s+([a-z_]+)|\b([a-z_]+)\(")
MADE = re.compile(r"CREATE (?:OR REPLACE )?(?:VIEW|FUNCTION) (\w+)")
ALLOWED = {
    ("portal/platform/db/unit_of_work.py", "community"): "EVERYWHERE means every community there is",
    ("portal/platform/schema/migrations/__init__.py", "community"): "a migration changes the rows of every estate",
    ("portal/platform/jobs/queue.py", "community"): "what goes estate by estate has to know them",
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
    """The slice of each table, and of each view and function that the guards of a slice make."""
    found = {}
    for file in PORTAL.glob("*/*/tables.py"):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef):
                found[re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower()] = slice_of(file)
    for file in PORTAL.glob("*/*/guards.sql"):
        found |= dict.fromkeys(MADE.findall(file.read_text()), slice_of(file))
    return found


def texts(file: Path) -> Iterator[str]:
    """Each text of a Python file, or the whole of an SQL file, without its comments."""
    if file.suffix == ".sql":
        yield re.sub(r"--.*", "", file.read_text())
    else:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def names_in(text: str) -> set[str]:
    """Every table, view or function that a text names, if it is SQL."""
    return {table or function for table, function in NAMED.findall(text)}


def statements() -> Iterator[tuple[str, str, str]]:
    """(file, its slice, name) for all that SQL names which some slice owns."""
    owner, level = owners(), levels()
    for file in sorted([*PORTAL.rglob("*.py"), *PORTAL.glob("*/*/*.sql")]):  # migrations make what all slices have
        if slice_of(file) in level:
            for name in {name for text in texts(file) for name in names_in(text)} & set(owner):
                yield file.relative_to(ROOT).as_posix(), slice_of(file), name


def test_sql_names_nothing_of_a_higher_slice() -> None:
    level, owner, named = levels(), owners(), list(statements())
    assert {name for _file, _mine, name in named} >= {"bill", "line_balance", "owed_by", "payment", "hold", "dispute"}
    assert {Path(file).suffix for file, _mine, _name in named} == {".py", ".sql"}
    found = {(file, name) for file, mine, name in named if owner[name] != mine and level[owner[name]] >= level[mine]}
    assert found == set(ALLOWED)


def test_a_name_is_seen_wherever_it_stands() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON payment FOR EACH ROW EXECUTE FUNCTION payment_is_used_up();"
    assert names_in(trigger) >= {"payment", "payment_is_used_up"}
    assert names_in("SELECT FROM a JOIN line_balance b ON b.line = a.line, owed_by(a.debtor)") >= {
        "line_balance",
        "owed_by",
    }
