"""The page of limits says what the code does."""

from __future__ import annotations

import importlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "limits.md"
ROWS = re.findall(r"^\| (.+?) \| (\d+)(?: (\w+))? \| `([\w.]+)` \|$", PAGE.read_text(), re.M)
UNITS = {
    "": 1,
    "KiB": 2**10,
    "MiB": 2**20,
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
}


def test_every_row_is_read() -> None:
    assert len(ROWS) == PAGE.read_text().count("\n| ") - 1


@pytest.mark.parametrize(("what", "number", "unit", "place"), ROWS)
def test_a_limit_is_what_the_page_says(what: str, number: str, unit: str, place: str) -> None:
    module, name = place.rsplit(".", 1)
    assert getattr(importlib.import_module(module), name) == int(number) * UNITS[unit]  # type: ignore[operator]
