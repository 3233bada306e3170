"""A debtor says that paying is hard: two weeks of peace, once a quarter, read by finance and managers alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from portal.arrears.case_file.queries import case_on_desk
from portal.arrears.climbing.jobs import arrears
from portal.arrears.contacts.desk_queries import holds_by_hand
from portal.arrears.contacts.holding import tell_hardship
from portal.care.holds.jobs import holds
from portal.care.holds.rules import AGAIN_AFTER, HELD_FOR
from portal.kit.errors import Missing, Refused
from portal.platform.process.settings import Settings
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
WORDS = "上月失业，下月中旬可以缴一部分"


@pytest.fixture
async def debts(database: object, clean: None) -> World:
    return await world()


async def a_case(debts: World) -> UUID:
    """陈静 owes 100 yuan since ten days."""
    await debts.bill(10)
    await arrears(TODAY)
    found: UUID = (await debts.row("SELECT id FROM arrears_case"))["id"]
    return found


async def test_nothing_comes_for_two_weeks_and_then_it_is_as_before(debts: World) -> None:
    with on(TODAY):
        case = await a_case(debts)
        assert await tell_hardship(debts.estate["陈静"], case, WORDS) == TODAY + HELD_FOR
        assert await debts.cases() == [("1栋101", "paused", 1)]
        assert await debts.verbs("hold:%") == ["hold_placed"]
    after = TODAY + HELD_FOR + timedelta(days=1)
    with on(after):
        await holds(after)
        await arrears(after)
    [(_unit, state, _stage)] = await debts.cases()
    assert state == "open" and await debts.broken_invariants() == []


async def test_only_finance_and_managers_read_what_was_said(debts: World) -> None:
    with on(TODAY):
        case = await a_case(debts)
        await tell_hardship(debts.estate["陈静"], case, WORDS)
        notes = {
            name: [hold.note for hold in (await case_on_desk(debts.estate[name], case)).file.holds]
            for name in ("沈平", "冯丽")
        }
        assert notes == {"沈平": [WORDS], "冯丽": [None]}
        [row] = (await holds_by_hand(debts.estate["沈平"])).rows
        assert (row.hardship, row.note, row.by) == (True, WORDS, "")
    said = await debts.rows("SELECT 1 FROM audit_entry WHERE facts::text LIKE $1 OR reason LIKE $1", f"%{WORDS}%")
    assert not said, "the audit does not repeat it"


async def test_once_in_three_months_and_sent_twice_it_is_once(debts: World) -> None:
    with on(TODAY):
        case, key = await a_case(debts), uuid4().hex
        for _again in range(2):
            await tell_hardship(debts.estate["陈静"], case, WORDS, once=key)
        with pytest.raises(Refused, match="You already told us on"):
            await tell_hardship(debts.estate["陈静"], case, WORDS, once=uuid4().hex)
    with on(TODAY + AGAIN_AFTER):
        await holds(TODAY + AGAIN_AFTER)
        await tell_hardship(debts.estate["陈静"], case, WORDS)
    assert len(await debts.rows("SELECT id FROM hold")) == 2


async def test_somebody_elses_case_is_not_there_and_a_closed_one_holds_nothing(debts: World) -> None:
    with on(TODAY):
        case = await a_case(debts)
        with pytest.raises(Missing):
            await tell_hardship(debts.estate["李明"], case, WORDS)
        await debts.pay(next(iter(debts.bills.values())), 10_000)
        with pytest.raises(Refused, match="Nothing is overdue"):
            await tell_hardship(debts.estate["陈静"], case, WORDS)


async def test_from_the_page_where_one_stands(debts: World, settings: Settings) -> None:
    with on(TODAY):
        case = await a_case(debts)
        async with browser(settings, debts.estate["陈静"]) as owner:
            path = f"/case/{case}/hardship"
            assert path in (await owner.get("/case")).text
            assert (await owner.post(path, data={"text": " "})).status_code == 422
            assert (await owner.post(path, data={"text": WORDS})).status_code == 303
            assert 'data-state="paused"' in (await owner.get("/case")).text
            assert (await owner.post(path, data={"text": WORDS})).status_code == 409
