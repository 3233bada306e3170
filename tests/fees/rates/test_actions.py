"""A new rate follows the one before: public at once, told to everybody it concerns, billed from its day."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.fees.rates.actions import NewRate, announce_rate, rate_to_follow
from portal.fees.runs.actions import publish_run
from portal.fees.tariffs.queries import price_list
from portal.fees.tariffs.states import TariffStanding
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.period import Month
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from tests import builders, cast

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
RISE = NewRate(Decimal("3.00"), date(2026, 12, 24), "业主大会第 5 号决议")


@pytest.fixture
async def estate(database, clean):
    clock.start_at(datetime(2026, 11, 24, 4, tzinfo=UTC))
    yield await cast.mingxi()
    clock.start_at(clock.real_now())


@pytest.fixture
async def item(estate):
    return await builders.charge_item(estate.community)


@pytest.fixture
async def tariff(estate, item):
    return await builders.tariff(estate.community, item, proration="daily_actual")


async def versions(estate):
    async with unit_of_work(estate.community):
        rows = await fetch("SELECT rate, starts_on, ends_on, announced_on FROM tariff ORDER BY starts_on")
    return [tuple(row) for row in rows]


async def test_the_version_before_ends_the_day_before_and_is_not_edited_otherwise(estate, tariff):
    await announce_rate(estate["蒋涛"], tariff, RISE)
    assert await versions(estate) == [
        (Decimal("2.80"), date(2025, 1, 1), date(2026, 12, 23), None),
        (Decimal("3.00"), date(2026, 12, 24), None, date(2026, 11, 24)),
    ]
    (item,) = await price_list(estate.community, date(2026, 11, 24))
    assert [(price.rate, price.standing) for price in item.prices] == [
        (Decimal("2.80"), TariffStanding.current), (Decimal("3.00"), TariffStanding.announced),
    ]  # fmt: skip


async def test_a_run_bills_each_rate_for_its_own_days(estate, tariff):
    await announce_rate(estate["蒋涛"], tariff, RISE)
    await publish_run(estate.community, Month(2026, 12), date(2026, 12, 1), approver="cli")
    async with unit_of_work(EVERYWHERE):
        lines = await fetch(
            "SELECT l.rate, (l.facts -> 'days')::int FROM bill_line l JOIN unit u ON u.id = l.unit"
            " WHERE u.name = '1栋101' ORDER BY l.position"
        )
    assert [tuple(line) for line in lines] == [(Decimal("2.80"), 23), (Decimal("3.00"), 8)]


async def test_owners_and_tenants_of_today_are_told_once(estate, tariff):
    version = await announce_rate(estate["蒋涛"], tariff, RISE, once="k" * 20)
    assert await announce_rate(estate["蒋涛"], tariff, RISE, once="k" * 20) == version
    async with unit_of_work(EVERYWHERE):
        told = await fetch("SELECT p.name, n.link FROM notice n JOIN person p ON p.id = n.person")
        audit = await fetch("SELECT verb, reason FROM audit_entry")
    assert {row["name"] for row in told} == {"陈静", "李明", "王芳", "孙强", "赵敏", "吴霞"}
    assert {row["link"] for row in told} == {"/e/mingxi/prices"}
    assert [tuple(row) for row in audit] == [("rate_announced", "业主大会第 5 号决议")]
    assert len(await versions(estate)) == 2


async def test_a_rise_too_soon_saves_and_tells_nothing(estate, tariff):
    with pytest.raises(Invalid):
        await announce_rate(estate["蒋涛"], tariff, NewRate(Decimal("3.00"), date(2026, 12, 23), "x"))
    assert len(await versions(estate)) == 1
    async with unit_of_work(EVERYWHERE):
        assert await fetch("SELECT id FROM notice") == await fetch("SELECT id FROM audit_entry") == []


async def test_a_lower_rate_applies_at_once(estate, tariff):
    await announce_rate(estate["沈平"], tariff, NewRate(Decimal("2.50"), date(2026, 11, 24), "x"))
    assert [ends for _rate, _starts, ends, _on in await versions(estate)] == [date(2026, 11, 23), None]


async def test_a_billed_month_stays_with_its_rate(estate, tariff):
    await publish_run(estate.community, Month(2026, 11), date(2026, 11, 1), approver="staff:x")
    with pytest.raises(Invalid) as refused:
        await announce_rate(estate["蒋涛"], tariff, NewRate(Decimal("2.50"), date(2026, 11, 24), "x"))
    assert refused.value.sentence.facts["next"] == date(2026, 12, 1)
    await announce_rate(estate["蒋涛"], tariff, NewRate(Decimal("2.50"), date(2026, 12, 1), "x"))


async def test_bills_for_another_use_do_not_stand_in_the_way(estate, item, tariff):
    shops = await builders.tariff(estate.community, item, rate="5.00", use="commercial")
    await publish_run(estate.community, Month(2026, 11), date(2026, 11, 1), approver="staff:x")
    version = await announce_rate(estate["蒋涛"], shops, NewRate(Decimal("4.00"), date(2026, 11, 24), "x"))
    assert (await rate_to_follow(estate["蒋涛"], version)).before.starts_on == date(2026, 11, 24)


async def test_only_the_latest_version_is_followed(estate, tariff):
    version = await announce_rate(estate["蒋涛"], tariff, RISE)
    with pytest.raises(Refused):
        await rate_to_follow(estate["蒋涛"], tariff)
    with pytest.raises(Refused):
        await announce_rate(estate["蒋涛"], tariff, NewRate(Decimal("3.10"), date(2027, 1, 1), "x"))
    assert (await rate_to_follow(estate["蒋涛"], version)).before.rate == Decimal("3.00")


async def test_a_shared_cost_has_no_rate_to_announce(estate, tariff):
    water = await builders.charge_item(estate.community, "water")
    shared = await builders.tariff(estate.community, water, rate=None, formula="share_by_area")
    with pytest.raises(Refused):
        await rate_to_follow(estate["蒋涛"], shared)


async def test_without_the_role_and_from_elsewhere_there_is_nothing(estate, tariff):
    other = await cast.donghu()
    for who in (estate["冯丽"], other["韩冰"]):
        with pytest.raises(Missing):
            await rate_to_follow(who, tariff)
        with pytest.raises(Missing):
            await announce_rate(who, tariff, RISE)
