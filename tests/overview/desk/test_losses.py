"""Whom a message did not reach stands at the desk until one reaches them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.kit import clock
from portal.overview.desk.losses import losses_of
from portal.people.notices.states import Channel
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.world import TODAY, World, on
from tests.client import browser
from tests.people.channels.test_push import told
from tests.people.delivery.test_actions import reminded

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def goes(debts: World, notice: str, state: str, at: timedelta) -> None:
    """The SMS of a notice ends like this, so long ago."""
    async with unit_of_work(debts.estate.community):
        await fetch(
            "UPDATE delivery SET state = $2, trouble = CASE $2 WHEN 'failed' THEN 'MK:0001' END, changed_at = $3"
            " WHERE notice = $1 AND channel = 'sms'",
            notice,
            state,
            clock.real_now() - at,
        )


async def test_a_lost_message_stands_there_until_another_one_arrives(settings: Settings) -> None:
    with on(TODAY):
        debts, errand = await reminded()
        feng = debts.estate["冯丽"]
        assert (await losses_of(feng)).rows == []
        await goes(debts, errand["notice"], "failed", timedelta(days=2))
        async with browser(settings, feng) as desk:
            assert "/desk/messages" in (await desk.get("/desk")).text
            shown = (await desk.get("/desk/messages")).text
        assert "物业费" in shown and "arrears reminder" not in shown
        assert "陈静" in shown and "199****0101" in shown and "MK:0001" in shown and "19900000101" not in shown
        [row] = (await losses_of(feng)).rows
        assert (row.channel, row.unit_name) == (Channel.sms, "1栋101")
        later = await told(debts.estate, debts.estate["陈静"], Channel.sms)
        await goes(debts, later["notice"], "failed", timedelta(days=1))
        assert [row.at for row in (await losses_of(feng)).rows] > [row.at], "only the last one"
        assert len((await losses_of(feng)).rows) == 1
        last = await told(debts.estate, debts.estate["陈静"], Channel.sms)
        await goes(debts, last["notice"], "delivered", timedelta(hours=1))
        assert (await losses_of(feng)).rows == []
        await goes(debts, last["notice"], "failed", timedelta(days=31))
        await goes(debts, later["notice"], "sent", timedelta(days=32))
        await goes(debts, errand["notice"], "sent", timedelta(days=33))
        assert (await losses_of(feng)).rows == [], "too long ago to act on"


async def test_another_estate_and_owners_see_none_of_it(settings: Settings) -> None:
    with on(TODAY):
        debts, errand = await reminded()
        await goes(debts, errand["notice"], "failed", timedelta(days=2))
        donghu = await cast.donghu()
        assert (await losses_of(donghu["韩冰"])).rows == []
        async with browser(settings, debts.estate["陈静"]) as she:
            assert (await she.get("/desk/messages")).status_code == 403
