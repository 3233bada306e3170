"""A call with many values says what each of them is."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = [file for folder in ("portal", "sandbox", "demo") for file in sorted((ROOT / folder).rglob("*.py"))]
MOST = 5
# They take as many as there are: values of a statement ($1, $2 …), columns, words of a command.
TAKE_ANY = {"fetch", "fetch_one", "fetch_value", "fetchval", "execute", "survey", "outlines_where", "_same", "_run"}


def crowded(tree: ast.AST) -> list[str]:
    """Calls with more values by position than anybody can tell apart."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) > MOST:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in TAKE_ANY:
                found.append(f"{node.lineno} {ast.unparse(node.func)}")
    return found


def test_no_call_has_more_than_five_values_by_position() -> None:
    found = {file.relative_to(ROOT).as_posix(): crowded(ast.parse(file.read_text())) for file in FILES}
    assert {file: calls for file, calls in found.items() if calls} == {}


def test_the_lint_sees_a_crowded_call() -> None:
    assert crowded(ast.parse("Bill(1, 2, 3, 4, 5, 6)")) == ["1 Bill"]
    assert crowded(ast.parse("Bill(1, 2, 3, 4, 5, six=6)")) == []
