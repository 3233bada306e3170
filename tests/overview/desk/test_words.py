"""Every kind of thing that an audit row is about has a name for people."""

from __future__ import annotations

import ast
from pathlib import Path

from portal.overview.desk.words import SUBJECTS

PORTAL = Path(__file__).parents[3] / "portal"


def kinds() -> set[str]:
    """The first words of the subjects that acts write down: case of f"case:{id}"."""
    found = set()
    for file in PORTAL.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record":
                found |= {
                    str(part.values[0].value).partition(":")[0]
                    for part in node.args
                    if isinstance(part, ast.JoinedStr) and isinstance(part.values[0], ast.Constant)
                }
    return found


def test_every_subject_has_a_name() -> None:
    assert len(kinds()) > 25
    assert kinds() - set(SUBJECTS) == set()
