"""Quiet hours and holidays on the wall clock of the estate, whatever the zone of the machine."""

from datetime import UTC, date, datetime, time

import pytest

from portal.people.estates.worktime import public_holiday
from portal.people.notices.rules import after_quiet, decent


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-20T12:59:59", None),  # 20:59:59 in Shanghai
        ("2026-11-20T13:00:00", "2026-11-21T00:30:00"),
        ("2026-11-20T16:30:00", "2026-11-21T00:30:00"),
        ("2026-11-21T00:29:59", "2026-11-21T00:30:00"),
        ("2026-11-21T00:30:00", None),
    ],
)
def test_texts_about_money_wait_for_the_morning(now: str, until: str | None) -> None:
    found = after_quiet(datetime.fromisoformat(now).replace(tzinfo=UTC), "Asia/Shanghai", time(21), time(8, 30))
    assert found == (datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-20T04:00:00", None),  # a Friday at noon
        ("2026-11-21T04:00:00", None),  # a weekend is no holiday
        ("2026-11-20T14:00:00", "2026-11-21T00:30:00"),
        ("2026-09-30T12:00:00", None),  # eight in the evening before the National Day
        ("2026-09-30T14:00:00", "2026-10-08T00:30:00"),  # the night before it: its first morning is a holiday
        ("2026-10-03T04:00:00", "2026-10-08T00:30:00"),
        ("2026-10-07T14:00:00", "2026-10-08T00:30:00"),
        ("2026-10-10T04:00:00", None),  # a Saturday that is worked for it
        ("2040-10-01T04:00:00", None),  # not published yet
    ],
)
def test_they_wait_for_the_end_of_public_holidays_too(now: str, until: str | None) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = decent(moment, "Asia/Shanghai", time(21), time(8, 30), public_holiday)
    assert found == (datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None)


def test_a_public_holiday_has_a_name_and_is_off() -> None:
    assert public_holiday(date(2026, 2, 17)) and not public_holiday(date(2026, 2, 14))
    assert not public_holiday(date(2026, 11, 21))
