"""A call with many values says what each of them is."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = [file for folder in ("portal", "sandbox", "demo") for file in sorted((ROOT / folder).rglob("*.py"))]
MOST = 5
# They take as many as there are: values of a statement ($1, $2 …), columns, words of a command.
TAKE_ANY = {
    *("fetch", "fetch_one", "fetch_value", "fetch_as", "fetch_one_as", "fetchval", "execute", "survey"),
    *("outlines_where", "_same", "_run"),
}


def crowded(tree: ast.AST) -> list[str]:
    """Calls with more values by position than anybody can tell apart."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) > MOST:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in TAKE_ANY:
                found.append(f"{node.lineno} {ast.unparse(node.func)}")
    return found


def reads_a_column(value: ast.expr) -> bool:
    """Whether a value is a column of a row, as it is or turned into something."""
    while isinstance(value, ast.Call) and len(value.args) == 1:
        value = value.args[0]
    return (
        isinstance(value, ast.Subscript)
        and isinstance(value.value, ast.Name)
        and isinstance(value.slice, ast.Constant)
        and isinstance(value.slice.value, str)
    )


def by_place(tree: ast.AST) -> list[str]:
    """Classes that are given several columns of a row, in an order that nothing checks."""
    return [
        f"{node.lineno} {node.func.id}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.strip("_")[:1].isupper()
        if len(node.args) > 2 and sum(map(reads_a_column, node.args)) > 1
    ]


def test_no_call_has_more_than_five_values_by_position() -> None:
    found = {file.relative_to(ROOT).as_posix(): crowded(ast.parse(file.read_text())) for file in FILES}
    assert {file: calls for file, calls in found.items() if calls} == {}


def test_what_is_made_of_a_row_gets_its_columns_by_name() -> None:
    """By `fetch_as`, or as keywords: two texts or two days that change places are seen by no type checker."""
    found = {file.relative_to(ROOT).as_posix(): by_place(ast.parse(file.read_text())) for file in FILES}
    assert {file: calls for file, calls in found.items() if calls} == {}


def test_the_lint_sees_columns_by_place() -> None:
    assert by_place(ast.parse("Bill(row['id'], Month.parse(row['period']), 3)")) == ["1 Bill"]
    assert by_place(ast.parse("_Bill(row['id'], row['unit'], row['debtor'])")) == ["1 _Bill"]
    assert by_place(ast.parse("Bill(id=row['id'], unit=row['unit'], debtor=row['debtor'])")) == []
    assert by_place(ast.parse("Bilingual(row['name_zh'], row['name_en'])")) == []


def test_the_lint_sees_a_crowded_call() -> None:
    assert crowded(ast.parse("Bill(1, 2, 3, 4, 5, 6)")) == ["1 Bill"]
    assert crowded(ast.parse("Bill(1, 2, 3, 4, 5, six=6)")) == []
