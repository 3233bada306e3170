"""A notice is dated by the clock of the bills it speaks of; how it is delivered goes by true time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.kit import clock
from portal.kit.money import Money
from portal.people.notices.actions import tell
from portal.people.notices.queries import inbox_of
from portal.people.notices.states import NoticeKind
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from tests import cast

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_a_notice_carries_the_business_date_and_its_delivery_true_time() -> None:
    mingxi = await cast.mingxi()
    chen = mingxi["陈静"]
    clock.start_at(datetime(2031, 5, 1, 4, tzinfo=UTC))
    try:
        async with unit_of_work(mingxi.community):
            facts = {"community": mingxi.community, "subject": "plan:1", "total": Money(0)}
            await tell(chen.persons, NoticeKind.plan_requested, **facts)
            await tell(chen.persons, NoticeKind.plan_requested, **facts)
        found = await inbox_of(chen)
    finally:
        clock.start_at(clock.real_now())
    assert [note.at.year for note in found.notes] == [2031], "told once, however often one says it"
    async with unit_of_work(mingxi.community):
        changed = await fetch_value("SELECT max(changed_at) FROM delivery")
    assert abs(changed - clock.real_now()) < timedelta(minutes=5)
