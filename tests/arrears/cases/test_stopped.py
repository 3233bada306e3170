"""Messages that wait when somebody is said to have died: what is stopped stays so and is listed, the rest goes once."""

from __future__ import annotations

import pytest

from portal.arrears.case_file.desk_queries import debtor_on_desk
from portal.people.delivery.actions import send_notice
from portal.people.notices.states import Channel
from portal.platform.process.settings import Settings
from tests.arrears.case_file.test_actions import D, debtor, say, send_all
from tests.arrears.cases.world import World, on, world
from tests.client import browser
from tests.collection.letters.test_letters import SECOND, at_two, notice

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
HERS = "+8619900000101"


async def letter_waits() -> World:
    """陈静 gets a letter, and the message about it waits for the end of the quiet hours."""
    debts = await world()
    await notice(debts, await at_two(debts))
    return debts


async def test_what_was_to_go_out_meanwhile_stays_unsent_and_is_listed(settings: Settings) -> None:
    with on(SECOND):
        debts = await letter_waits()
        await say(debts, D.deceased)
        assert await send_all(debts, settings) == []
        await say(debts, D.owner, SECOND)
        assert await send_all(debts, settings) == [], "not later either"
        feng, whose = debts.estate["冯丽"], await debtor(debts)
        stopped = (await debtor_on_desk(feng, whose)).stopped
        assert {(one.name, one.channel) for one in stopped} >= {("陈静", Channel.sms)}
        assert any("TZ-2026-000001" in one.subject for one in stopped)
        async with browser(settings, feng) as desk:
            page = (await desk.get(f"/desk/debtors/{whose}")).text
            assert "未发送的消息" in page and "TZ-2026-000001" in page
        assert not await debts.broken_invariants()


async def test_what_was_still_waiting_when_the_mistake_was_undone_goes_out_once(settings: Settings) -> None:
    with on(SECOND):
        debts = await letter_waits()
        await say(debts, D.deceased)
        await say(debts, D.owner, SECOND)
        sent = await send_all(debts, settings)
        assert ("sms", HERS) in sent
        for row in await debts.rows("SELECT id FROM notice"):  # the jobs of before come once more
            await send_notice(settings, notice=str(row["id"]), community=str(debts.estate.community))
        assert await send_all(debts, settings) == []
        rows = await debts.rows("SELECT v.id FROM delivery v JOIN sent_text t ON t.delivery = v.id GROUP BY v.id")
        assert len(rows) == len(sent)
        assert (await debtor_on_desk(debts.estate["冯丽"], await debtor(debts))).stopped == []
