"""A charge that is paid can still be wrong: it is disputed like any other, and what was too much becomes a credit."""

from __future__ import annotations

import pytest

from portal.care.disputes import actions
from portal.care.disputes.states import Outcome
from portal.kit.errors import Invalid, Refused
from portal.kit.money import Money
from portal.platform.process.settings import Settings
from portal.run.verify import verify
from tests.care.disputes.test_pages import FIELDS
from tests.care.disputes.world import WHOLE, World
from tests.client import browser

pytestmark = pytest.mark.anyio


async def test_of_a_paid_line_nothing_is_held_and_what_is_upheld_comes_back_as_credit(w: World) -> None:
    await w.pay(WHOLE)
    with pytest.raises(Invalid) as refused:
        await w.open(WHOLE + 1)
    assert refused.value.sentence.facts == {"free": Money(WHOLE)}
    dispute = await w.open(6000)
    assert await w.balance() == (WHOLE, 0, 0) and await w.rows("SELECT id FROM hold") == []
    with pytest.raises(Refused):
        await w.open(1000)
    await w.decide(dispute, Outcome.upheld)
    assert await w.balance() == (WHOLE - 6000, 0, 0)
    credit = await w.row("SELECT sum(amount)::bigint AS fen FROM credit")
    assert credit["fen"] == 6000 and (await verify())["failed"] == []
    await actions.accept(w.owner, dispute)
    again = await w.open()
    assert (await w.row("SELECT amount FROM dispute WHERE id = $1", again))["amount"] == WHOLE - 6000
    await actions.withdraw(w.owner, again)
    assert (await verify())["failed"] == []


async def test_a_line_that_was_credited_as_a_whole_has_nothing_left_to_dispute(w: World) -> None:
    await w.decide(dispute := await w.open(), Outcome.upheld)
    await actions.accept(w.owner, dispute)
    with pytest.raises(Refused) as refused:
        await w.open()
    assert "credited in full" in refused.value.sentence.text


async def test_its_pages_lead_to_the_dispute_and_say_what_will_come_of_it(w: World, settings: Settings) -> None:
    await w.pay(WHOLE)
    async with browser(settings, w.owner) as client:
        line = (await client.get(f"/bills/{w.bill}/lines/{w.line}")).text
        assert f"/disputes/new?line={w.line}" in line
        assert f'href="/bills/{w.bill}/lines/{w.line}"' in (await client.get(f"/bills/{w.bill}")).text
        form = (await client.get(f"/disputes/new?line={w.line}")).text
        assert "转为您的账户余额" in form and "不算逾期" not in form
        made = await client.post("/disputes/new", data=FIELDS | {"line": str(w.line), "amount": "60"})
        shown = (await client.get(f"/bills/{w.bill}/lines/{w.line}")).text
        assert f"/disputes/new?line={w.line}" not in shown, "a second one would be refused"
        assert f'href="{made.headers["location"]}"' in shown and "查看处理进度" in shown
        page = (await client.get(made.headers["location"])).text
        assert 'data-held="0"' in page and "暂缓" not in page
        inbox = (await client.get("/inbox")).text
        notice = inbox.split('href="/inbox/')[1].split('"')[0]
        assert "转为您的账户余额" in (await client.get(f"/inbox/{notice}")).text
