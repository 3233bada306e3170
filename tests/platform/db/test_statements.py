"""Every statement whose rows become a dataclass gives the columns that it needs, also where no test asks it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from portal.platform.db.rows import columns_fit
from portal.platform.db.unit_of_work import connection, unit_of_work

ROOT = Path(__file__).parents[3]
ASK = {"fetch_as", "fetch_one_as"}


def asked() -> Iterator[tuple[str, type[Any], str]]:
    """Where, the dataclass and the statement of each call; a statement is texts and constants of its module."""
    for file in sorted((ROOT / "portal").rglob("*.py")):
        module = file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        if module == "portal.platform.db.rows":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASK:
                kind, statement = (
                    eval(compile(ast.Expression(one), file.name, "eval"), vars(import_module(module)))
                    for one in node.args[:2]
                )
                yield f"{module}:{node.lineno}", kind, statement


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_each_statement_gives_what_its_dataclass_needs() -> None:
    found, wrong = list(asked()), []
    async with unit_of_work():
        for place, kind, statement in found:
            prepared = await connection().prepare(statement)
            try:
                columns_fit(kind, [column.name for column in prepared.get_attributes()])
            except TypeError as error:
                wrong.append(f"{place} {error}")
    assert len(found) > 20
    assert wrong == []
