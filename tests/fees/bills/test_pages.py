"""The owner's bill pages: whose they are, what they say, how few statements they take."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from portal.care.holds.actions import hold_case
from portal.fees.bills import desk_queries as desk, queries
from portal.fees.receivables.states import HoldReason
from portal.kit import clock
from portal.kit.money import Money
from portal.money.checkout.offer import homes_chosen
from portal.overview.desk.lookup import unit_page
from portal.overview.home.queries import home_of
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_owner_reads_bill_and_line(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    bill = await builders.bill(
        mingxi.community, mingxi.units["1栋101"], [mingxi["陈静"]], [(item, 25024), (item, 11000)]
    )
    lines = await builders.lines_of(mingxi.community, bill)
    async with browser(settings, mingxi["陈静"]) as client:
        for path in ("/bills", f"/bills/{bill}", f"/bills/{bill}/lines/{lines[0]}"):
            answer = await client.get(path)
            assert answer.status_code == 200, answer.text[-3000:]
        assert 'data-fen="36024"' in (await client.get(f"/bills/{bill}")).text


async def bill_of_chen() -> tuple[cast.Estate, str, str]:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    bill = await builders.bill(mingxi.community, mingxi.units["1栋101"], [mingxi["陈静"]], [(item, 25024)])
    return mingxi, f"/bills/{bill}", f"/bills/{bill}/lines/{(await builders.lines_of(mingxi.community, bill))[0]}"


@pytest.mark.parametrize("who", ["李明", "吴霞", "赵敏"])
async def test_somebody_elses_bill_is_the_same_as_none(settings: Settings, who: str) -> None:
    mingxi, bill, line = await bill_of_chen()
    async with browser(settings, mingxi[who]) as client:
        foreign, none = await client.get(bill), await client.get("/bills/00000000-0000-4000-8000-000000000000")
        assert (foreign.status_code, none.status_code) == (404, 404)
        assert foreign.text.replace(bill, "") == none.text.replace("/bills/00000000-0000-4000-8000-000000000000", "")
        assert (await client.get(line)).status_code == 404


async def test_a_bill_of_another_estate_is_not_there_for_its_staff(settings: Settings) -> None:
    _, bill, line = await bill_of_chen()
    donghu = await cast.donghu()
    async with browser(settings, donghu["韩冰"]) as client:
        assert (await client.get("/desk" + bill)).status_code == 404
        assert (await client.get("/desk" + line)).status_code == 404


async def test_a_tenant_reads_the_bills_of_the_tenancy_and_is_not_offered_a_dispute(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    unit = mingxi.units["1栋103"]
    bill = await builders.bill(mingxi.community, unit, [mingxi["孙强"]], [(item, 25024)])
    earlier = await builders.bill(mingxi.community, unit, [mingxi["孙强"]], [(item, 25024)], period="2025-12")
    [line] = await builders.lines_of(mingxi.community, bill)
    async with browser(settings, mingxi["赵敏"]) as tenant, browser(settings, mingxi["孙强"]) as owner:
        for path, offer in ((f"/bills/{bill}", "/plans/new"), (f"/bills/{bill}/lines/{line}", "/disputes/new")):
            theirs = await tenant.get(path)
            assert theirs.status_code == 200 and offer not in theirs.text
            assert offer in (await owner.get(path)).text
        assert (await tenant.get(f"/bills/{earlier}")).status_code == 404


async def test_a_former_owner_keeps_own_bills_and_sees_none_of_the_buyers(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    unit = mingxi.units["1栋104"]
    sold = await builders.bill(mingxi.community, unit, [mingxi["周杰"]], [(item, 25024)], period="2026-10")
    bought = await builders.bill(mingxi.community, unit, [mingxi["吴霞"]], [(item, 25024)], period="2026-11")
    async with browser(settings, mingxi["周杰"]) as seller, browser(settings, mingxi["吴霞"]) as buyer:
        assert [(await seller.get(f"/bills/{bill}")).status_code for bill in (sold, bought)] == [200, 404]
        assert [(await buyer.get(f"/bills/{bill}")).status_code for bill in (sold, bought)] == [404, 200]


async def test_a_bill_is_not_overdue_on_its_due_date(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    today = clock.today("Asia/Shanghai")
    await builders.bill(
        mingxi.community, mingxi.units["1栋101"], [mingxi["陈静"]], [(item, 25024)], due_on=today, issued_on=today
    )
    async with browser(settings, mingxi["陈静"]) as client:
        text = (await client.get("/bills")).text
    assert "过期" not in text and f'data-due="{today.isoformat()}"' in text


@pytest.mark.parametrize(("who", "status"), [("蒋涛", 200), ("沈平", 200), ("冯丽", 403), ("陈静", 403)])
async def test_only_finance_and_managers_run_bills(settings: Settings, who: str, status: int) -> None:
    mingxi = await cast.mingxi()
    async with browser(settings, mingxi[who]) as client:
        assert (await client.get("/desk/bill-runs")).status_code == status


async def test_a_bill_that_another_replaces_asks_for_nothing_anywhere(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    wrong, right = await builders.charge_item(mingxi.community), await builders.charge_item(mingxi.community, "right")
    home = mingxi.community, mingxi.units["1栋101"], [mingxi["陈静"]]
    old = await builders.bill(*home, [(wrong, 30000)])
    new = await builders.bill(*home, [(right, 20000)], replaces=old)
    chen, ping = mingxi["陈静"], mingxi["沈平"]
    assert (await queries.bills_of(chen)).payable == Money(20000)
    assert [bill.can_be_paid for bill in (await desk.bills_at(ping)).bills] == [True, False]
    assert (await home_of(chen)).owed.payable == Money(20000)
    assert (await unit_page(ping, mingxi.units["1栋101"])).outstanding == Money(20000)
    assert [home.payable for home in await homes_chosen(chen, [old, new], [])] == [Money(20000)]
    assert [bill.balance.state for bill in (await queries.bills_of(chen)).bills] == ["issued", "replaced"]


async def test_a_page_beyond_the_last_never_says_that_nothing_is_owed(settings: Settings) -> None:
    mingxi, _bill, _line = await bill_of_chen()
    theirs, desks = await queries.bills_of(mingxi["陈静"], 9), await desk.bills_at(mingxi["沈平"], "", 9)
    for found in (theirs, desks):
        assert (len(found.bills), found.page, found.pages) == (1, 1, 1)
    assert theirs.payable == Money(25024)


async def test_while_a_plan_is_kept_nothing_is_called_overdue(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    unit, chen = mingxi.units["1栋101"], mingxi["陈静"]
    bill = await builders.bill(mingxi.community, unit, [chen], [(item, 25024)], due_on=date(2020, 1, 15))
    async with browser(settings, chen) as client:
        assert "已过期" in (await client.get(f"/bills/{bill}")).text
        async with unit_of_work(mingxi.community):
            debtor = await fetch_value("SELECT debtor FROM bill WHERE id = $1", bill)
            await hold_case(mingxi.community, debtor, HoldReason.plan, uuid4(), chen.actor)
        for path in ("/bills", f"/bills/{bill}"):
            text = (await client.get(path)).text
            assert "已过期" not in text and "暂缓，不催缴" in text
