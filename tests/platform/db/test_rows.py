"""Columns become what the fields of a dataclass say, and none is missing or left over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pytest

from portal.kit.money import Money
from portal.kit.period import Month
from portal.platform.db.rows import as_row, as_rows, fetch_as, fetch_one_as
from portal.platform.db.unit_of_work import unit_of_work


class Shade(StrEnum):
    light = "light"
    dark = "dark"


@dataclass(frozen=True)
class Seen:
    """A row with one field of each kind."""

    name: str
    sum: Money
    month: Month | None
    shade: Shade
    shades: tuple[Shade, ...] = ()
    note: str | None = None


SEEN = "SELECT $1::text AS name, 1250 AS sum, '2026-11' AS month, 'dark' AS shade, ARRAY['light', 'dark'] AS shades"


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_each_column_becomes_what_its_field_is() -> None:
    async with unit_of_work():
        [row] = await fetch_as(Seen, SEEN, "one")
        assert row == await fetch_one_as(Seen, SEEN, "one")
        assert await fetch_one_as(Seen, f"SELECT * FROM ({SEEN}) s WHERE false", "one") is None
    assert row == Seen("one", Money(1250), Month(2026, 11), Shade.dark, (Shade.light, Shade.dark))


def test_what_is_missing_or_left_over_is_an_error_that_names_it() -> None:
    whole = {"name": "a", "sum": 1, "month": None, "shade": "dark"}
    assert as_rows(Seen, [whole]) == [Seen("a", Money(1), None, Shade.dark)]
    with pytest.raises(TypeError, match=r"Seen: the statement lacks \['sum'\] and gives \['total'\]"):
        as_rows(Seen, [{"name": "a", "total": 1, "month": None, "shade": "dark"}])
    with pytest.raises(ValueError, match="blue"):
        as_rows(Seen, [whole | {"shade": "blue"}])


def test_a_field_that_no_column_gives_and_a_column_for_others_are_both_named() -> None:
    row = {"name": "a", "sum": 1, "month": None, "shade": "dark", "unit": 7}
    assert as_row(Seen, row, leaving=("unit",), note="n") == Seen("a", Money(1), None, Shade.dark, note="n")
    with pytest.raises(TypeError, match=r"lacks \[\] and gives \['unit'\]"):
        as_row(Seen, row)
    with pytest.raises(TypeError, match=r"lacks \[\] and gives \['name'\]"):
        as_row(Seen, row, leaving=("unit",), name="b")
    with pytest.raises(TypeError, match=r"lacks \['sum'\] and gives \[\]"):
        as_row(Seen, row, leaving=("unit", "sum"))
    assert as_rows(Seen, []) == []
