"""Quiet hours on the wall clock of the estate, whatever the zone of the machine."""

from datetime import UTC, datetime, time

import pytest

from portal.notices.rules import after_quiet


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
