"""Expenses that a committee is asked for: asked, voted on, spent; and what was spent without asking."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from portal.accounts.committee.actions import Wanted, ask_committee, spend, vote
from portal.accounts.committee.queries import expense_at, expense_of, spending_at
from portal.accounts.committee.rules import state_of
from portal.accounts.committee.states import ExpenseState, Voice
from portal.accounts.common_areas.actions import Movement, record_movement
from portal.accounts.common_areas.states import Pot
from portal.accounts.statements.states import StatementFund
from portal.kit import clock
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.money import Money
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from portal.run.verify import verify
from tests import cast
from tests.accounts.committee.seats import seat
from tests.client import browser

counts = st.integers(0, 15)
PUMP = Wanted(StatementFund.common_area_revenue, Money(800000), "更换水泵", "两台水泵已坏，三家比价，取最低价")
TODAY = date(2026, 11, 20)


@pytest.fixture
def november() -> Iterator[None]:
    clock.start_at(datetime(2026, 11, 20, 4, tzinfo=UTC))
    yield
    clock.start_at(clock.real_now())


@given(st.integers(1, 15), counts, counts)
def test_it_is_decided_by_more_than_half_of_all_and_then_for_good(members: int, yes: int, no: int) -> None:
    yes, no = min(yes, members), min(no, max(0, members - yes))
    state = state_of(members, yes, no)
    assert (state is ExpenseState.approved) == (yes > members / 2)
    assert (state is ExpenseState.refused) == (members - no <= members / 2)
    if state is not ExpenseState.open:
        for more in range(members - yes - no + 1):
            assert state_of(members, yes + more, no) is state or state is ExpenseState.refused
            assert state_of(members, yes, no + more) is state
    if yes + no == members:
        assert state is not ExpenseState.open, "when all have voted, it is decided"


pytestmark = [pytest.mark.anyio]
with_database = pytest.mark.usefixtures("database", "clean", "november")


async def three_seats() -> tuple[cast.Estate, list[Principal]]:
    estate = await cast.mingxi()
    async with unit_of_work(estate.community):
        await fetch("UPDATE community SET expense_limit = 500000")
    return estate, [await seat(estate, name) for name in ("吴霞", "李明", "王芳")]


async def asked(estate: cast.Estate) -> UUID:
    return await ask_committee(estate["蒋涛"], estate.community, PUMP)


@with_database
async def test_members_are_told_vote_and_the_majority_decides() -> None:
    estate, (wu, li, wang) = await three_seats()
    expense = await asked(estate)
    async with unit_of_work(estate.community):
        told = await fetch("SELECT person, link FROM notice WHERE kind = 'expense_asked'")
    assert {row["person"] for row in told} == {wu.persons[0], li.persons[0], wang.persons[0]}
    assert {row["link"] for row in told} == {f"/committee/expenses/{expense}"}
    await vote(wu, expense, Voice.in_favour, "")
    with pytest.raises(Refused):
        await vote(wu, expense, Voice.against, "")
    found = await expense_of(wu, expense)
    assert (found.state, found.in_favour, found.silent, found.voted) == (ExpenseState.open, 1, 2, True)
    assert not (await expense_of(li, expense)).voted
    await vote(li, expense, Voice.against, "太贵")
    await vote(wang, expense, Voice.in_favour, "")
    assert not (await expense_of(wang, expense)).may_vote
    found = await expense_at(estate["沈平"], expense)
    assert (found.state, found.in_favour, found.against, found.notes) == (ExpenseState.approved, 2, 1, ["太贵"])


@with_database
async def test_votes_at_once_are_counted_one_after_the_other() -> None:
    estate, members = await three_seats()
    expense = await asked(estate)
    results = await asyncio.gather(
        *(vote(one, expense, Voice.against, "") for one in members for _ in range(2)), return_exceptions=True
    )
    assert sum(one is None for one in results) == 2, "the second one refuses it; the third comes too late"
    assert all(one is None or isinstance(one, Refused) for one in results)


@with_database
async def test_who_may_ask_and_vote() -> None:
    estate, (wu, *_others) = await three_seats()
    donghu = await cast.donghu()
    for who in (estate["冯丽"], estate["陈静"], donghu["韩冰"]):
        with pytest.raises(Missing):
            await ask_committee(who, estate.community, PUMP)
    with pytest.raises(Refused):
        await ask_committee(donghu["韩冰"], donghu.community, PUMP)
    with pytest.raises(Invalid):
        await ask_committee(estate["蒋涛"], estate.community, Wanted(PUMP.fund, Money(0), "水泵", "坏了"))
    with pytest.raises(Invalid):
        await ask_committee(estate["蒋涛"], estate.community, Wanted(PUMP.fund, Money(1), "水泵", "请打 13800138000"))
    expense = await asked(estate)
    with pytest.raises(Missing):
        await vote(estate["陈静"], expense, Voice.in_favour, "")
    with pytest.raises(Invalid):
        await vote(wu, expense, Voice.in_favour, "请打 13800138000")
    async with unit_of_work(estate.community):
        await fetch("UPDATE committee_post SET ends_on = '2026-11-19' WHERE person = $1", wu.persons[0])
    with pytest.raises(Forbidden):
        await vote(wu, expense, Voice.in_favour, "")


@with_database
async def test_an_alternate_has_no_vote_and_does_not_count() -> None:
    estate, (wu, *_others) = await three_seats()
    sun = await seat(estate, "孙强", "监督员", votes=False)
    expense = await asked(estate)
    found = await expense_of(sun, expense)
    assert (found.members, found.may_vote, (await expense_of(wu, expense)).may_vote) == (3, False, True)
    with pytest.raises(Forbidden):
        await vote(sun, expense, Voice.in_favour, "")


@with_database
async def test_a_post_votes_by_what_was_said_of_it_and_not_by_its_name() -> None:
    estate, _members = await three_seats()
    sun = await seat(estate, "孙强", "委员（候补转正）")
    found = await expense_of(sun, await asked(estate))
    assert (found.members, found.may_vote) == (4, True)


@with_database
async def test_a_committee_is_not_asked_before_it_is_known_who_votes() -> None:
    estate, _members = await three_seats()
    sun = await seat(estate, "孙强", "委员", votes=None)
    with pytest.raises(Refused, match="have a vote"):
        await asked(estate)
    async with unit_of_work(estate.community):
        await fetch("UPDATE committee_post SET ends_on = '2026-11-19' WHERE person = $1", sun.persons[0])
    assert await asked(estate), "who has left is not asked about"


@with_database
async def test_a_double_click_asks_once() -> None:
    estate, _members = await three_seats()
    first, second = [await ask_committee(estate["蒋涛"], estate.community, PUMP, once="a" * 20) for _ in range(2)]
    assert first == second


@with_database
async def test_only_what_was_approved_is_written_down_as_approved() -> None:
    estate, (wu, li, _wang) = await three_seats()
    expense = await asked(estate)
    manager = estate["沈平"]
    with pytest.raises(Refused):
        await spend(manager, expense, Money(790000), TODAY, "业委会第 7 号纪要")
    await vote(wu, expense, Voice.in_favour, "")
    await vote(li, expense, Voice.in_favour, "")
    for sum_ in (Money(0), Money(800001)):
        with pytest.raises(Invalid):
            await spend(manager, expense, sum_, TODAY, "业委会第 7 号纪要")
    with pytest.raises(Missing):
        await spend(estate["冯丽"], expense, Money(1), TODAY, "业委会第 7 号纪要")
    await spend(manager, expense, Money(790000), TODAY, "业委会第 7 号纪要")
    with pytest.raises(Refused):
        await spend(manager, expense, Money(790000), TODAY, "业委会第 7 号纪要")
    alone = Movement(Pot.maintenance_fund, Money(-600000), TODAY, "外墙", "物业公司")
    small = Movement(Pot.maintenance_fund, Money(-500000), TODAY, "门禁", "物业公司")
    for moved in (alone, small):
        await record_movement(manager, estate.community, moved)
    (found,) = await spending_at(manager)
    assert [(one.purpose, one.amount) for one in found.spending.unasked] == [("外墙", Money(600000))]
    assert found.spending.expenses[0].spent == Money(790000)
    assert (await verify())["failed"] == []


@with_database
async def test_an_expense_in_parts_is_one_expense() -> None:
    estate, _members = await three_seats()
    for purpose, fen, on in (
        ("外墙维修第一期", 300000, date(2026, 3, 1)), ("外墙维修（第二期）", 200000, date(2026, 6, 1)),
        ("外墙维修 3", 100000, date(2026, 9, 1)), ("门禁", 300000, date(2026, 9, 1)),
        ("门禁", 250000, date(2025, 8, 1)),
    ):  # fmt: skip
        moved = Movement(Pot.maintenance_fund, Money(-fen), on, purpose, "物业公司")
        await record_movement(estate["沈平"], estate.community, moved)
    (found,) = await spending_at(estate["沈平"])
    assert [(one.purpose, one.amount, one.parts, one.in_year) for one in found.spending.unasked] == [
        ("外墙维修 3", Money(100000), 3, Money(600000))
    ], "up to the threshold nobody need be asked, and what is more than a year ago counts no more"


@with_database
async def test_what_the_service_fee_pays_becomes_no_movement() -> None:
    estate = await cast.mingxi()
    wu = await seat(estate, "吴霞")
    wanted = Wanted(StatementFund.service_fee, Money(900000), "保洁外包", "合同到期")
    expense = await ask_committee(estate["蒋涛"], estate.community, wanted)
    await vote(wu, expense, Voice.in_favour, "")
    assert not (await expense_at(estate["蒋涛"], expense)).can_be_spent
    with pytest.raises(Refused):
        await spend(estate["蒋涛"], expense, Money(1), TODAY, "业委会")


@with_database
async def test_the_pages_say_what_is_wrong_and_what_came_of_it(settings: Settings) -> None:
    estate, (wu, *_others) = await three_seats()
    async with browser(settings, estate["蒋涛"]) as client:
        sent = {"community": estate.community, "fund": "common_area_revenue", "amount": "8000", "purpose": "水泵"}
        answer = await client.post("/desk/expenses/new", data=sent)
        assert answer.status_code == 422 and "请填写支出理由" in answer.text
        answer = await client.post("/desk/expenses/new", data=sent | {"reason": "两台水泵已坏"})
        where = answer.headers["location"]
        assert 'data-state="open"' in (await client.get(where)).text
        listed = (await client.get("/desk/expenses")).text
        assert "水泵" in listed and "5,000.00" in listed
        assert (await client.get(f"/desk/expenses/{uuid4()}")).status_code == 404
    expense = where.rsplit("/", 1)[-1]
    async with browser(settings, wu) as client:
        assert "水泵" in (await client.get("/committee")).text
        address = f"/committee/expenses/{expense}"
        assert (await client.post(f"{address}/votes", data={})).status_code == 422
        assert (await client.post(f"{address}/votes", data={"voice": "in_favour"})).status_code == 303
        page = (await client.get(address)).text
        assert "您已投票" in page and 'name="voice"' not in page
        assert (await client.post(f"{address}/votes", data={"voice": "against"})).status_code == 409
