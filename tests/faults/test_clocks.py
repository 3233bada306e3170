"""Dates and clocks that go wrong: month ends, summer time, a scheduler that was down, a clock set back (F-50 to 53)."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.arrears.case_file.queries import cases_of
from portal.arrears.cases.rules import stage_by_days
from portal.arrears.climbing.jobs import arrears
from portal.arrears.ladder.rules import SEED as SEED_POLICY
from portal.arrears.limitation.rules import last_day
from portal.care.plan_pages.jobs import plans
from portal.care.plans.rules import schedule
from portal.kit import clock
from portal.kit.errors import Invalid
from portal.kit.money import Money
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.signin.owners.actions import ask_code, use_code
from tests import cast
from tests.arrears.cases.world import TODAY, World, on, world
from tests.conftest import Wipe
from tests.faults.counts import SEED, note, times

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
ZONES = ("America/New_York", "Europe/London", "Pacific/Auckland", "Asia/Shanghai")
FIRST, LAST = date(2024, 1, 1), date(2034, 12, 31)


def month_ends(day: date) -> bool:
    return (day + DAY).month != day.month


def months_by_walking(first: date, count: int) -> list[date]:
    """The same day of each following month, or its last one where it has no such day: found by walking."""
    found, day = [first], first
    while len(found) < count:
        day += DAY
        new_month = (day.year, day.month) != (found[-1].year, found[-1].month)
        if new_month and (day.day == first.day or (month_ends(day) and day.day < first.day)):
            found.append(day)
    return found


def three_years_by_walking(day: date) -> date:
    """The last day of three years that begin the day after: walked year by year, a day at a time."""
    end = day
    for _year in range(3):
        target = (end.year + 1, day.month, day.day)
        while (end.year, end.month, end.day) < target:
            end += DAY
        if (end.month, end.day) != (day.month, day.day):  # 29 February: walked past it to 1 March
            end -= DAY
    return end


def test_month_ends_and_leap_days_are_those_that_one_finds_by_walking() -> None:
    """F-50: instalments, limitation and stages of dates over ten years."""
    dice, tries = random.Random(SEED), times(sample=20_000, landing=1_000_000)
    awkward = [day for n in range((LAST - FIRST).days) if month_ends(day := FIRST + n * DAY) or day.day > 28]
    for number in range(tries):
        day = dice.choice(awkward) if number % 2 else FIRST + dice.randrange((LAST - FIRST).days) * DAY
        if number % 10 == 0:  # the walks are slow: a tenth of the dates each
            parts = dice.randint(2, 12)
            planned = schedule(Money(parts * 100 + dice.randrange(100)), parts, day, day)
            assert [part.due_on for part in planned] == months_by_walking(day, parts), day
        elif number % 10 == 1:
            assert last_day(day) == three_years_by_walking(day), day
        else:
            later = day + dice.randrange(120) * DAY
            walked = sum(1 for n in range((later - day).days) if n in (0, 15, 30, 60))
            assert stage_by_days((later - day).days) == walked, (day, later)
    note("F-50", tries)


@pytest.mark.parametrize("zone", ZONES)
def test_no_day_of_a_zone_is_skipped_or_comes_twice(zone: str) -> None:
    """F-51: hour by hour over the changes of three years; a day begins at local midnight."""
    moment, seen = datetime(2026, 1, 1, tzinfo=UTC), []
    while moment < datetime(2029, 1, 1, tzinfo=UTC):
        clock.start_at(moment)
        today = clock.today(zone)
        if not seen or today != seen[-1]:
            assert not seen or today == seen[-1] + DAY
            seen.append(today)
            assert moment.astimezone(ZoneInfo(zone)).hour == 0 or len(seen) == 1
        moment += timedelta(hours=1)
    clock.start_at(clock.real_now())
    assert len(seen) in (1096, 1097)


@pytest.mark.usefixtures("database", "clean")
@pytest.mark.parametrize(
    ("zone", "due"),
    [
        ("America/New_York", date(2026, 3, 8)), ("America/New_York", date(2026, 11, 1)),
        ("Europe/London", date(2026, 10, 25)), ("Pacific/Auckland", date(2026, 9, 27)),
        ("Asia/Shanghai", date(2026, 11, 20)),
    ],
)  # fmt: skip
async def test_a_bill_is_overdue_when_its_local_day_is_over(zone: str, due: date) -> None:
    """F-51: due on a day of 23, 25 or 24 hours; a second before its end nothing is overdue, at midnight it is."""
    debts = await world()
    async with unit_of_work(EVERYWHERE):
        await fetch("UPDATE community SET timezone = $1", zone)
    await debts.bill((TODAY - due).days)
    midnight = datetime.combine(due + DAY, datetime.min.time(), ZoneInfo(zone))
    untold = []
    for moment in (midnight - timedelta(seconds=2), midnight + timedelta(seconds=1)):
        clock.start_at(moment.astimezone(UTC))
        untold.append((await cases_of(debts.estate["陈静"])).untold.fen)
    clock.start_at(clock.real_now())
    assert untold == [0, 10_000]


async def some_debts(dice: random.Random) -> World:
    """Three homes with bills of different ages, some of them paid in part before anybody looked."""
    debts = await world()
    for unit, owner in (("1栋101", "陈静"), ("1栋102", "李明"), ("1栋103", "孙强")):
        for _bill in range(dice.randint(1, 2)):
            age = dice.randint(-30, 40)
            while age in debts.bills:
                age += 1
            bill = await debts.bill(age, dice.choice([900, 5000, 20_000]), unit, owner)
            if dice.random() < 0.3:
                await debts.pay(bill, 300)
    return debts


async def ended(debts: World, days: list[int]) -> tuple[list[tuple[str, str, int]], int]:
    """The jobs run on these days after TODAY: how the cases stand, and how many reminders went out."""
    for day in days:
        with on(TODAY + day * DAY):
            await plans(TODAY + day * DAY)
            await arrears(TODAY + day * DAY)
    return await debts.cases(), len(await debts.told("arrears%"))


@pytest.mark.usefixtures("database", "clean")
@pytest.mark.parametrize("down", [1, 7, 40])
async def test_a_scheduler_that_was_down_ends_as_if_it_had_not_been(down: int, wipe: Wipe) -> None:
    """F-52: down for some days, then every day again for as long as a stage lasts at least.

    Not sooner: who was reminded late has the same days to answer as everybody before anything else comes.
    """
    tries, back = times(sample=8, landing=200), range(down + 1, down + 2 + SEED_POLICY.least_days[1])
    for number in range(tries):
        found = []
        for days in ([0, *range(1, down + 1), *back], [0, *back]):
            await wipe()
            found.append((await ended(await some_debts(random.Random(SEED + number)), days))[0])
        assert found[0] == found[1], f"down {down} days, try {number}"
    note("F-52", tries, days=down)


@pytest.mark.usefixtures("database", "clean")
async def test_a_clock_that_is_set_back_or_forward_sends_and_opens_nothing_twice() -> None:
    """F-53: an hour back, a day forward, and back again."""
    tries = times(sample=3, landing=10)
    with on(TODAY):
        debts = await world()
        await debts.bill(10)
        await arrears(TODAY)
    before = await debts.told("%"), await debts.cases()
    for _again in range(tries):
        for moved, day in ((timedelta(hours=-1), TODAY), (DAY, TODAY + DAY), (timedelta(), TODAY)):
            clock.start_at(datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC) + moved)
            await arrears(day)
    clock.start_at(clock.real_now())
    assert (await debts.told("%"), await debts.cases()) == before
    assert await debts.broken_invariants() == []
    note("F-53", tries)


@pytest.mark.usefixtures("database", "clean")
async def test_a_code_is_judged_by_the_clock_that_made_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """F-53: the application's clock is five minutes off the database's; a code lives five minutes of the former."""
    await cast.mingxi()
    off = {"by": timedelta(minutes=-5)}
    monkeypatch.setattr(clock, "real_now", lambda: datetime.now(UTC) + off["by"])
    asked = {"network": "203.0.113.5", "secret": "s" * 32}
    knock, message = await ask_code("+8619900000101", **asked)
    assert message and await use_code(knock, message.code, **asked, user_agent="")
    knock, message = await ask_code("+8619900000102", **asked)
    off["by"] = timedelta(seconds=1)
    with pytest.raises(Invalid, match="expired"):
        await use_code(knock, message.code if message else "", **asked, user_agent="")
