"""Terms are versions of an estate: from tomorrow on, by a manager, with exceptions; cases go by those of their day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.arrears.case_file.queries import case_on_desk
from portal.arrears.cases.terms import segments_of
from portal.arrears.climbing.jobs import arrears
from portal.arrears.ladder.actions import (
    AFTER,
    ENOUGH,
    GONE,
    MOST,
    NOBODY,
    THERE,
    TOO_SOON,
    add_exception,
    drop_exception,
    set_terms,
)
from portal.arrears.ladder.queries import ladder_of, ladders_at_desk, newest_ladder
from portal.arrears.ladder.rules import SEED, Ladder, When
from portal.arrears.ladder.states import History
from portal.homes.units.states import OccupancyState, Use
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.money import Money
from portal.platform.db.unit_of_work import unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = timedelta(days=1)
SLOW = replace(SEED, buffer_days=5, least_days=(0, 10, 12, 20), pay_within=10, grace_days=20, small_balance=Money(2000))


async def in_force(debts: World, day: object) -> Ladder:
    async with unit_of_work(debts.estate.community):
        return await ladder_of(debts.estate.community, day)  # type: ignore[arg-type]


def nameless(ladder: Ladder) -> Ladder:
    """The same without the names of its rows."""
    return Ladder(
        replace(ladder.terms, name=""), tuple((when, replace(terms, name="")) for when, terms in ladder.exceptions)
    )


async def test_a_version_is_in_force_from_its_day_and_the_seed_plan_before() -> None:
    with on(TODAY):
        debts = await world()
        manager, community = debts.estate["沈平"], debts.estate.community
        await set_terms(manager, community, TODAY + 3 * DAY, SLOW, "业主大会要求放宽")
        await set_terms(manager, community, TODAY + 9 * DAY, SEED, "恢复")
        with pytest.raises(Invalid) as lost:  # from the ninth day on it would be forgotten
            await add_exception(manager, community, TODAY + 4 * DAY, When(history=History.late), SLOW, "中间")
        assert (lost.value.field, lost.value.sentence.text) == ("starts_on", AFTER)
        assert await in_force(debts, TODAY + 2 * DAY) == Ladder()
        assert nameless(await in_force(debts, TODAY + 3 * DAY)) == nameless(Ladder(SLOW))
        assert nameless(await in_force(debts, TODAY + 9 * DAY)) == nameless(Ladder(SEED))
        assert await debts.verbs("ladder:%") == ["ladder_set"] * 2
        [page] = await ladders_at_desk(debts.estate["冯丽"])
        assert page.now == Ladder() and [version.reason for version in page.versions] == ["恢复", "业主大会要求放宽"]
        assert not await debts.broken_invariants()


async def test_exceptions_are_kept_when_terms_change_and_can_be_dropped() -> None:
    with on(TODAY):
        debts = await world()
        manager, community, start = debts.estate["沈平"], debts.estate.community, TODAY + DAY
        chronic, shops = When(history=History.chronic), When(use=Use.commercial, least=Money(100_000))
        await add_exception(manager, community, start, chronic, SLOW, "长期拖欠")
        for _ in range(2):  # a double click
            await add_exception(manager, community, start, shops, SLOW, "商铺大额", once="a-click-of-a-mouse")
        await set_terms(manager, community, start, SLOW, "放宽")
        async with unit_of_work(community):
            ladder = await newest_ladder(community)
        assert [when for when, _terms in ladder.exceptions] == [chronic, shops]
        assert ladder.terms.small_balance == Money(2000)
        await drop_exception(manager, community, start, 1, "不再需要")
        async with unit_of_work(community):
            assert [when for when, _terms in (await newest_ladder(community)).exceptions] == [shops]
        with pytest.raises(Refused) as gone:
            await drop_exception(manager, community, start, 2, "没有了")
        assert gone.value.sentence.text == GONE
        assert not await debts.broken_invariants()


async def test_bad_terms_are_named_and_change_nothing() -> None:
    with on(TODAY):
        debts = await world()
        donghu = await cast.donghu()
        manager, community, start = debts.estate["沈平"], debts.estate.community, TODAY + DAY
        for day in (TODAY, TODAY - DAY):
            with pytest.raises(Invalid) as refused:
                await set_terms(manager, community, day, SEED, "太早")
            assert (refused.value.field, refused.value.sentence.text) == ("starts_on", TOO_SOON)
        with pytest.raises(Invalid) as nobody:
            await add_exception(manager, community, start, When(), SEED, "所有人")
        assert nobody.value.sentence.text == NOBODY
        for stranger in (donghu["韩冰"], debts.estate["冯丽"]):
            with pytest.raises((Missing, Forbidden)):
                await set_terms(stranger, community, start, SEED, "外人")
        assert not await debts.rows("SELECT FROM ladder_version")
        for n in range(MOST):
            await add_exception(manager, community, start, When(least=Money(1000 + n)), SEED, "例外")
        with pytest.raises(Refused) as enough:
            await add_exception(manager, community, start, When(history=History.new), SEED, "太多")
        assert enough.value.sentence.text == ENOUGH
        with pytest.raises(Invalid) as there:
            await add_exception(manager, community, start, When(least=Money(1000)), SEED, "重复")
        assert there.value.sentence.text == THERE


async def test_cases_are_reminded_and_climb_by_the_terms_of_their_day_and_kind() -> None:
    """陈静 and 孙强 owe the same since the same day; 孙强 lets the home, and for such homes there is an exception."""
    with on(TODAY - 20 * DAY):
        debts = await world()
        let = When(occupancy=OccupancyState.let)
        manager, community = debts.estate["沈平"], debts.estate.community
        await add_exception(manager, community, TODAY - 19 * DAY, let, SLOW, "出租房先联系租客")
        await debts.rows("UPDATE unit SET occupancy = 'let' WHERE name = '1栋103'")
        await debts.bill(15)
        await debts.bill(15, 10_000, "1栋103", "孙强")
    stages = {}
    for n in range(-14, 4):
        with on(TODAY + n * DAY):
            await arrears(TODAY + n * DAY)
            stages[n] = [stage for _unit, _state, stage in await debts.cases()]
    rows = await debts.rows(
        "SELECT (created_at AT TIME ZONE 'Asia/Shanghai')::date AS on_day FROM notice"
        " WHERE kind = 'arrears_reminder' ORDER BY created_at"
    )
    assert [row["on_day"] for row in rows] == [TODAY - 11 * DAY, TODAY - 9 * DAY]
    assert (stages[0], stages[1], stages[3]) == ([1, 1], [2, 2], [2, 2])
    facts = await debts.rows(
        "SELECT s.facts->>'policy' AS policy FROM case_stage s JOIN arrears_case k ON k.id = s.arrears_case"
        " JOIN unit u ON u.id = k.unit WHERE why = 'climbed' ORDER BY u.name"
    )
    assert [row["policy"].split(":")[1] for row in facts] == ["0", "1"]


async def test_what_is_too_little_to_chase_is_the_estates_own() -> None:
    with on(TODAY - 20 * DAY):
        debts = await world()
        await set_terms(debts.estate["沈平"], debts.estate.community, TODAY - 19 * DAY, SLOW, "小额放宽")
        await debts.bill(20, 2000)
        await debts.bill(20, 2001, "1栋102", "李明")
    with on(TODAY):
        await arrears(TODAY)
        assert await debts.cases() == [("1栋101", "open", 1), ("1栋102", "open", 2)]
        case = await debts.row("SELECT k.id FROM arrears_case k JOIN unit u ON u.id = k.unit WHERE u.name = '1栋101'")
        assert (await case_on_desk(debts.estate["沈平"], case["id"])).case.stage == 1


async def test_the_segment_of_a_case_is_computed_from_what_was_paid_when() -> None:
    with on(TODAY - 100 * DAY):
        debts = await world()
        old = [await debts.bill(days) for days in (95, 94, 93)]
        await debts.bill(60, 500)
    with on(TODAY - 50 * DAY):
        for one in old:
            await debts.pay(one, 10_000)
    with on(TODAY):
        await arrears(TODAY)
        row = await debts.row("SELECT id, debtor FROM arrears_case WHERE state <> 'closed'")
        async with unit_of_work(debts.estate.community):
            found = (await segments_of({row["id"]: row["debtor"]}, TODAY))[row["id"]]
        assert found.segment.history is History.chronic
        assert found.history_since == TODAY - 62 * DAY, "the third bill was late by more than a month from then on"
        assert (await case_on_desk(debts.estate["沈平"], row["id"])).segmented == found


async def test_the_page_shows_terms_and_makes_versions(settings: Settings) -> None:
    with on(TODAY):
        debts = await world()
        async with browser(settings, debts.estate["沈平"]) as desk:
            assert "系统自带" in (await desk.get("/desk/ladder")).text
            form = {
                "community": "mingxi", "starts_on": f"{TODAY + DAY}", "small_balance": "20", "buffer_days": "5",
                "stay_1": "10", "stay_2": "12", "stay_3": "20", "pay_within": "10", "grace_days": "20",
                "reason": "放宽",
            }  # fmt: skip
            assert (await desk.post("/desk/ladder/terms", data=form | {"stay_1": "2"})).status_code == 422
            assert (await desk.post("/desk/ladder/terms", data=form | {"buffer_days": ""})).status_code == 422
            assert (await desk.post("/desk/ladder/terms", data=form | {"community": "donghu"})).status_code == 404
            assert (await desk.post("/desk/ladder/terms", data=form)).status_code == 303
            assert 'value="12"' in (await desk.get("/desk/ladder")).text, "the next version begins with these terms"
            other = form | {"history": "chronic", "reason": "长期拖欠"}
            assert (await desk.post("/desk/ladder/exceptions", data=form)).status_code == 422
            assert (await desk.post("/desk/ladder/exceptions", data=other)).status_code == 303
            page = (await desk.get("/desk/ladder")).text
            assert "1. 经常逾期" in page and "长期拖欠" in page
            drop = {"community": "mingxi", "position": "1", "starts_on": f"{TODAY + DAY}", "reason": "不再需要"}
            assert (await desk.post("/desk/ladder/dropped", data=drop)).status_code == 303
            assert "1. 经常逾期" not in (await desk.get("/desk/ladder")).text
        async with browser(settings, debts.estate["冯丽"]) as desk:
            assert (await desk.post("/desk/ladder/terms", data=form)).status_code == 403
