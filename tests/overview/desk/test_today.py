"""The list of today shows what is late, what is due, and only from queues one may work in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.kit import clock
from portal.kit.money import Money
from portal.money.corrections.actions import ask_correction
from portal.money.corrections.states import CorrectionKind
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_what_waits_is_listed_for_those_who_may_answer(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    bill = await builders.bill(mingxi.community, mingxi.units["1栋101"], [mingxi["陈静"]], [(item, 25024), (item, 900)])
    disputed, corrected = await builders.lines_of(mingxi.community, bill)
    dispute = await open_dispute(mingxi["陈静"], disputed, reason=DisputeReason.wrong_rate, body="单价不对")
    await ask_correction(mingxi["蒋涛"], corrected, kind=CorrectionKind.waiver, amount=Money(900), reason="同意免收")
    started = clock.now()
    try:
        clock.start_at(started + timedelta(days=20))
        async with browser(settings, mingxi["沈平"]) as manager, browser(settings, mingxi["冯丽"]) as service:
            theirs, hers = (await manager.get("/desk/today")).text, (await service.get("/desk/today")).text
    finally:
        clock.start_at(clock.real_now())
    assert "已超时的异议" in theirs and str(dispute) in theirs and "待您批准的更正" in theirs
    assert str(dispute) in hers and "待您批准的更正" not in hers


async def test_an_empty_day_says_so(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    async with browser(settings, mingxi["沈平"]) as manager:
        assert "今天没有到期的事项" in (await manager.get("/desk/today")).text
