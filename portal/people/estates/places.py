"""What a place or a wider one around it says: rules that name a place are tables beside the code, never code."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path


def said_of(table: Path, jurisdiction: str, column: str) -> str | None:
    """The cell of this column for `CN-beijing-haidian`, else for `CN-beijing`, else for `CN`; None where none says it.

    `table` is a CSV file with a column `jurisdiction`.
    """
    known, parts = _rows(table), jurisdiction.split("-")
    places = ("-".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((known[place][column] for place in places if place in known), None)


@cache
def _rows(table: Path) -> dict[str, dict[str, str]]:
    with table.open(encoding="utf-8") as file:
        return {row["jurisdiction"]: row for row in csv.DictReader(file)}
