"""Contracts, what falls due and came in, whose money it is, and that nothing is ever changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given, strategies as st

from portal.accounts.common_areas.actions import (
    Contract,
    Movement,
    Receipt,
    record_movement,
    record_receipt,
    register_contract,
)
from portal.accounts.common_areas.queries import register_of
from portal.accounts.common_areas.rules import receivable
from portal.accounts.common_areas.states import Beneficiary, Pot, Rhythm
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.money import Money
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.client import browser

pytestmark = [pytest.mark.anyio]
db = pytest.mark.usefixtures("database", "clean")
ON = date(2026, 11, 20)
GATE = Contract("道闸广告", "Gate advertising", Money(50000), Rhythm.month, date(2026, 3, 15), None,
                Beneficiary.estate, "", "业主大会第 1 号决议")  # fmt: skip


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    clock.start_at(datetime(2026, 11, 20, 4, tzinfo=UTC))
    yield
    clock.start_at(clock.real_now())


@pytest.mark.parametrize(
    ("price", "rhythm", "first", "last", "yuan"),
    [
        (100, Rhythm.month, "2026-01-01", None, "11.00"), (100, Rhythm.month, "2026-03-15", None, "9.00"),
        (100, Rhythm.month, "2025-01-01", "2026-02-28", "2.00"), (1200, Rhythm.year, "2026-01-01", None, "11.00"),
        (100, Rhythm.year, "2026-10-01", None, "0.17"), (100, Rhythm.once, "2026-05-05", None, "1.00"),
        (100, Rhythm.once, "2025-05-05", None, "0.00"), (100, Rhythm.month, "2027-01-01", None, "0.00"),
        (100, Rhythm.month, None, None, "11.00"),
    ],
)  # fmt: skip
def test_what_falls_due_this_year(price: int, rhythm: Rhythm, first: str | None, last: str | None, yuan: str) -> None:
    days = (date.fromisoformat(one) if one else None for one in (first, last))
    assert str(receivable(Money(price), rhythm, *days, date(2026, 1, 1), ON)) == yuan


def test_without_a_price_nothing_is_known() -> None:
    assert receivable(None, Rhythm.month, None, None, date(2026, 1, 1), ON) is None


@given(st.integers(1, 10**9), st.sampled_from([Rhythm.month, Rhythm.year]))
def test_a_whole_year_is_a_whole_price(price: int, rhythm: Rhythm) -> None:
    found = receivable(Money(price), rhythm, None, None, date(2026, 1, 1), date(2026, 12, 31))
    assert found == Money(price * (12 if rhythm is Rhythm.month else 1))


@db
async def test_anybody_reads_what_fell_due_and_what_is_missing(settings: Settings) -> None:
    estate = await cast.mingxi()
    let = await register_contract(estate["蒋涛"], estate.community, GATE)
    await record_receipt(
        estate["蒋涛"], let, Receipt(date(2026, 3, 1), date(2026, 5, 31), Money(150000), date(2026, 4, 2))
    )
    await record_movement(
        estate["沈平"], estate.community,
        Movement(Pot.common_area_revenue, Money(-30000), ON, "更换门禁", "业主大会第 2 号决议"),
    )  # fmt: skip
    await record_movement(
        estate["沈平"], estate.community, Movement(Pot.maintenance_fund, Money(900000), ON, "上年结余", "审计报告")
    )
    found = await register_of(estate.community, ON)
    (one,) = found.contracts
    assert (one.receivable, one.received, one.missing) == (Money(450000), Money(150000), Money(300000))
    assert {pot.pot: pot.balance for pot in found.pots} == {
        Pot.common_area_revenue: Money(120000), Pot.maintenance_fund: Money(900000),
    }  # fmt: skip
    async with browser(settings) as client:
        page = (await client.get("/e/mingxi/common-areas")).text
        assert all(words in page for words in ("道闸广告", "未约定期限", "欠收", "更换门禁", "业主大会第 2 号决议"))
        assert not any(name in page for name in (*estate.people, *estate.units))
        assert "道闸广告" not in (await client.get("/e/mingxi/common-areas", headers={"Accept-Language": "en"})).text


@db
async def test_a_renewed_contract_takes_the_place_of_the_old_one_once() -> None:
    estate = await cast.mingxi()
    let = await register_contract(estate["蒋涛"], estate.community, GATE)
    longer = replace(GATE, ends_on=date(2027, 3, 14))
    renewed = await register_contract(estate["蒋涛"], estate.community, longer, replaces=let)
    assert [one.id for one in (await register_of(estate.community, ON)).contracts] == [renewed]
    with pytest.raises(Refused):
        await register_contract(estate["蒋涛"], estate.community, longer, replaces=let)
    with pytest.raises(Missing):
        await register_contract(estate["蒋涛"], estate.community, longer, replaces=uuid4())


@db
async def test_money_is_written_down_once_and_taken_back_by_another_row() -> None:
    estate = await cast.mingxi()
    let = await register_contract(estate["蒋涛"], estate.community, GATE)
    came = Receipt(date(2026, 3, 1), date(2026, 3, 31), Money(50000), ON)
    for _ in range(2):
        await record_receipt(estate["蒋涛"], let, came, once="k" * 20)
    await record_receipt(estate["蒋涛"], let, replace(came, amount=Money(-50000)))
    assert (await register_of(estate.community, ON)).received == Money(0)
    async with unit_of_work(estate.community):
        assert len(await fetch("SELECT id FROM common_receipt")) == 2


@db
async def test_wrong_input_and_strangers() -> None:
    estate, donghu = await cast.mingxi(), await cast.donghu()
    for wrong in (replace(GATE, ends_on=date(2026, 3, 14)), replace(GATE, beneficiary=Beneficiary.building),
                  replace(GATE, building="1栋")):  # fmt: skip
        with pytest.raises(Invalid):
            await register_contract(estate["蒋涛"], estate.community, wrong)
    for named in (replace(GATE, source_zh="陈静租用"), replace(GATE, source_en="call 13800138000"),
                  replace(GATE, decided_by="1栋101 同意")):  # fmt: skip
        with pytest.raises(Invalid):
            await register_contract(estate["蒋涛"], estate.community, named)
    let = await register_contract(estate["蒋涛"], estate.community, GATE)
    came = Receipt(date(2026, 3, 1), date(2026, 3, 31), Money(50000), ON)
    for bad in (replace(came, amount=Money(0)), replace(came, ends_on=date(2026, 2, 1)),
                replace(came, received_on=date(2026, 11, 21))):  # fmt: skip
        with pytest.raises(Invalid):
            await record_receipt(estate["蒋涛"], let, bad)
    moved = Movement(Pot.maintenance_fund, Money(1), ON, "x", "y")
    for nothing in (replace(moved, amount=Money(0)), replace(moved, on_day=date(2026, 11, 21)),
                    replace(moved, purpose="赔付李明")):  # fmt: skip
        with pytest.raises(Invalid):
            await record_movement(estate["蒋涛"], estate.community, nothing)
    for who in (donghu["韩冰"], estate["冯丽"], estate["陈静"]):
        with pytest.raises(Missing):
            await register_contract(who, estate.community, GATE)
        with pytest.raises(Missing):
            await record_receipt(who, let, came)
        with pytest.raises(Missing):
            await record_movement(who, estate.community, moved)


@db
@pytest.mark.parametrize("change", ["UPDATE common_contract SET price = 1", "DELETE FROM common_receipt",
                                    "UPDATE common_movement SET amount = 1"])  # fmt: skip
async def test_nothing_is_changed_afterwards(change: str) -> None:
    estate = await cast.mingxi()
    await register_contract(estate["蒋涛"], estate.community, GATE)
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.InsufficientPrivilegeError)):
        async with unit_of_work(estate.community):
            await fetch(change)


@db
async def test_it_is_kept_at_the_desk(settings: Settings) -> None:
    estate = await cast.mingxi()
    typed = {"community": str(estate.community), "source_zh": "电梯广告", "price": "7920", "rhythm": "month",
             "beneficiary": "estate", "starts_on": "2026-01-01"}  # fmt: skip
    async with browser(settings, estate["蒋涛"]) as client:
        for wrong in ({"source_zh": ""}, {"rhythm": ""}, {"price": "x"}, {"beneficiary": "building"}):
            assert (await client.post("/desk/common-areas/new", data={**typed, **wrong})).status_code == 422, wrong
        assert (await client.post("/desk/common-areas/new", data=typed)).status_code == 303
        (one,) = (await register_of(estate.community, ON)).contracts
        address = f"/desk/common-areas/{one.id}"
        assert "7,920" in (await client.get(address)).text
        came = {"direction": "came", "amount": "7920", "starts_on": "2026-01-01", "ends_on": "2026-01-31",
                "received_on": "2026-01-20"}  # fmt: skip
        assert (await client.post(f"{address}/receipts", data=came | {"amount": "-1"})).status_code == 422
        assert (await client.post(f"{address}/receipts", data=came)).status_code == 303
        assert (await client.post(f"{address}/receipts", data=came | {"direction": "went"})).status_code == 303
        assert "电梯广告" in (await client.get(f"{address}/renewal")).text
        assert (await client.post(f"{address}/renewal", data=typed | {"ends_on": "2026-12-31"})).status_code == 303
        assert (await client.get(address)).status_code == 404, "another one stands in its place"
        moved = {"community": str(estate.community), "pot": "maintenance_fund", "direction": "went", "amount": "10",
                 "on_day": "2026-11-01", "purpose": "屋面维修", "decided_by": "业主大会第 3 号决议"}  # fmt: skip
        assert (await client.post("/desk/common-areas/movements/new", data=moved | {"purpose": ""})).status_code == 422
        assert (await client.post("/desk/common-areas/movements/new", data=moved)).status_code == 303
        assert "屋面维修" in (await client.get("/desk/common-areas")).text
    assert isinstance(one.id, UUID)
    async with browser(settings, estate["冯丽"]) as client:
        assert (await client.get("/desk/common-areas")).status_code == 403
