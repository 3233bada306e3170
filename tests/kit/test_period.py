"""Months as values: they are counted, never added up from days."""

from __future__ import annotations

from datetime import date

import pytest

from portal.kit.period import Month

NOVEMBER = Month(2026, 11)


@pytest.mark.parametrize(("year", "month"), [(2026, 0), (2026, 13), (1899, 12), (10000, 1)])
def test_there_are_twelve_months_from_1900_to_9999(year: int, month: int) -> None:
    with pytest.raises(ValueError, match="no such month"):
        Month(year, month)
    assert (Month(1900, 1).first, Month(9999, 12).last) == (date(1900, 1, 1), date(9999, 12, 31))


def test_a_month_is_read_and_written_as_people_type_it() -> None:
    assert Month.parse(" 2026-11 ") == NOVEMBER == Month.of(date(2026, 11, 30))
    assert (str(NOVEMBER), str(Month(2026, 3))) == ("2026-11", "2026-03")


@pytest.mark.parametrize("text", ["2026-1", "2026-13", "26-11", "2026/11", "2026-11-01", "２０２６-11", ""])
def test_anything_else_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


@pytest.mark.parametrize(
    ("months", "then"),
    [(0, "2026-11"), (1, "2026-12"), (2, "2027-01"), (14, "2028-01"), (-10, "2026-01"), (-11, "2025-12")],
)
def test_months_are_counted_over_the_turn_of_the_year(months: int, then: str) -> None:
    assert str(NOVEMBER + months) == then
    assert Month.parse(then).since(NOVEMBER) == months


def test_months_lie_in_the_order_of_time() -> None:
    assert Month(2025, 12) < Month(2026, 1) < Month(2026, 2)


def test_a_month_ends_with_its_last_day() -> None:
    assert (NOVEMBER.first, NOVEMBER.last, NOVEMBER.days) == (date(2026, 11, 1), date(2026, 11, 30), 30)
    assert (Month(2027, 2).days, Month(2028, 2).last) == (28, date(2028, 2, 29))
    assert (Month(2027, 2).day(31), NOVEMBER.day(5)) == (date(2027, 2, 28), date(2026, 11, 5))


def test_a_stretch_of_months_has_both_its_ends() -> None:
    assert [str(one) for one in NOVEMBER.through(Month(2027, 1))] == ["2026-11", "2026-12", "2027-01"]
    assert list(NOVEMBER.through(NOVEMBER)) == [NOVEMBER]
    assert list(NOVEMBER.through(Month(2026, 10))) == []
