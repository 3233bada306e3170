"""Runs from the desk: asked for, previewed and published by the worker, approved by a name, told how far they are."""

from __future__ import annotations

import re
from datetime import date

import httpx
import pytest

from portal.fees.run_requests.actions import see_to_run
from portal.fees.runs.actions import publish_run
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

MONTH = {"community": "mingxi", "period": "2026-11", "issued_on": "2026-11-01"}


async def estate() -> cast.Estate:
    """Four homes of 250.24 yuan each."""
    mingxi = await cast.mingxi()
    await builders.tariff(mingxi.community, await builders.charge_item(mingxi.community))
    return mingxi


async def asked(client: httpx.AsyncClient) -> str:
    """The address of a run that was asked for."""
    answer = await client.post("/desk/bill-runs", data=MONTH)
    assert answer.status_code == 303, answer.text[-2000:]
    return answer.headers["location"]


async def work(mingxi: cast.Estate, address: str) -> None:
    """What the worker does with the job."""
    await see_to_run(request=address.rsplit("/", 1)[-1], community=str(mingxi.community))


def state(answer: httpx.Response) -> str:
    found = re.search(r'id="run" data-state="(\w+)"', answer.text)
    assert found, answer.text[-2000:]
    return found[1]


async def test_a_run_is_previewed_and_published_under_ones_own_name(settings: Settings) -> None:
    mingxi = await estate()
    async with browser(settings, mingxi["蒋涛"]) as client:
        address = await asked(client)
        waiting = await client.get(address)
        assert (state(waiting), "every 2s" in waiting.text) == ("previewing", True)
        assert address in (await client.get("/desk/bill-runs")).text
        await work(mingxi, address)
        preview = await client.get(address)
        assert (state(preview), "every 2s" in preview.text) == ("previewed", False)
        assert "¥1,000.96" in preview.text
        assert (await client.post(f"{address}/publication")).headers["location"] == address
        assert state(await client.get(address)) == "publishing"
        await work(mingxi, address)
        done = await client.get(address)
        assert state(done) == "published" and "蒋涛" in done.text
        runs = (await client.get("/desk/bill-runs")).text
    assert "蒋涛" in runs and "¥1,000.96" in runs and address not in runs
    async with unit_of_work(mingxi.community):
        assert await fetch_value("SELECT count(*) FROM bill") == 4
        verbs = [r["verb"] for r in await fetch("SELECT verb FROM audit_entry WHERE verb LIKE '%run%' ORDER BY at")]
        jobs = await fetch_value("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'see_to_run'")
    assert (verbs, jobs) == (["run_asked", "run_approved"], 2)


async def test_htmx_gets_only_how_far_it_is(settings: Settings) -> None:
    mingxi = await estate()
    async with browser(settings, mingxi["蒋涛"]) as client:
        address = await asked(client)
        async with unit_of_work(mingxi.community):
            await fetch("UPDATE run_request SET done = 12000, whole = 60000")
        answer = await client.get(address, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert answer.text.lstrip().startswith('<div id="run"')
    assert "12,000" in answer.text and "60,000" in answer.text


async def test_errors_are_listed_by_home_and_nothing_can_be_published(settings: Settings) -> None:
    mingxi = await estate()
    await builders.unit(mingxi.community, "9栋901")
    async with browser(settings, mingxi["沈平"]) as client:
        address = await asked(client)
        await work(mingxi, address)
        preview = (await client.get(address)).text
        assert 'id="error-1"' in preview and "9栋901" in preview and "/publication" not in preview
        assert (await client.post(f"{address}/publication")).status_code == 409
    async with unit_of_work(mingxi.community):
        assert await fetch_value("SELECT count(*) FROM bill") == 0


async def test_a_cause_is_one_line_however_many_homes_it_is_about(settings: Settings) -> None:
    mingxi = await estate()
    water = await builders.charge_item(mingxi.community, "water", "utility")
    await builders.tariff(mingxi.community, water, rate="3.77", formula="metered", proration="full_month")
    async with unit_of_work(mingxi.community):
        await fetch("UPDATE charge_item SET name_zh = '水费', name_en = 'Water' WHERE code = 'water'")
    async with browser(settings, mingxi["蒋涛"]) as client:
        address = await asked(client)
        await work(mingxi, address)
        preview = (await client.get(address)).text
    rows = re.findall(r'<tr id="warning-\d+">(.*?)</tr>', preview, re.DOTALL)
    assert len(rows) == 1 and "水费" in rows[0] and "尚未抄表" in rows[0]
    assert all(unit in rows[0] for unit in mingxi.units) and f">{len(mingxi.units)}</td>" in rows[0]
    assert rows[0].count("还没有抄表读数") == 1, "what is the same of all homes is said once"
    assert preview.index('id="warning-1"') < preview.index("/publication")
    assert "water" not in re.sub(r"<[^>]*>", "", preview)


async def test_what_comes_to_nothing_is_ticked_with_a_reason_before_anything_is_issued(settings: Settings) -> None:
    mingxi = await estate()
    lift = await builders.charge_item(mingxi.community, "lift", "pass_through")
    await builders.tariff(mingxi.community, lift, rate=None, formula="share_by_unit")
    async with unit_of_work(mingxi.community):
        await fetch("UPDATE charge_item SET name_zh = '电梯电费', name_en = 'Lift electricity' WHERE code = 'lift'")
        await fetch(
            "INSERT INTO shared_cost (id, community, item, period, amount, scope)"
            " VALUES (gen_random_uuid(), $1, $2, '2026-10', 10000, 'community')",
            mingxi.community,
            lift,
        )
    october = await publish_run(mingxi.community, Month(2026, 10), date(2026, 10, 1), approver="staff:x")
    assert october.totals.by_item["lift"] == 10000
    async with browser(settings, mingxi["蒋涛"]) as client:
        address = await asked(client)
        await work(mingxi, address)
        preview = (await client.get(address)).text
        assert 'id="zero"' in preview and "电梯电费：2026年10月 为 ¥100.00，本次为零" in preview
        for sent in ({}, {"nothing_of": "service", "reason": "停用"}, {"nothing_of": "lift"}, {"reason": "停用"}):
            back = await client.post(f"{address}/publication", data=sent)
            assert (back.status_code, state(back)) == (422, "previewed"), sent
            assert sent.get("reason", "") in back.text
        said = {"nothing_of": "lift", "reason": "电梯停用，本月无电费"}
        assert (await client.post(f"{address}/publication", data=said)).status_code == 303
        await work(mingxi, address)
        done = await client.get(address)
        assert state(done) == "published" and "电梯停用，本月无电费" in done.text
    async with unit_of_work(mingxi.community):
        kept = await fetch_value("SELECT accepted_zero ->> 'reason' FROM bill_run WHERE period = '2026-11'")
        told = await fetch_value("SELECT reason FROM audit_entry WHERE verb = 'run_approved'")
    assert kept == told == "电梯停用，本月无电费"


async def test_what_is_no_longer_what_was_approved_is_shown_again_and_not_issued(settings: Settings) -> None:
    mingxi = await estate()
    async with browser(settings, mingxi["沈平"]) as client:
        address = await asked(client)
        await work(mingxi, address)
        await client.post(f"{address}/publication")
        late = await builders.unit(mingxi.community, "9栋901")
        await builders.occupies(mingxi.community, late, mingxi["陈静"])
        await work(mingxi, address)
        again = await client.get(address)
        assert state(again) == "previewed" and "¥1,251.20" in again.text
        async with unit_of_work(mingxi.community):
            assert await fetch_value("SELECT count(*) FROM bill") == 0
        await client.post(f"{address}/publication")
        await work(mingxi, address)
        assert state(await client.get(address)) == "published"


async def test_a_killed_worker_s_run_is_gone_on_with(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    mingxi = await estate()
    monkeypatch.setattr("portal.fees.runs.actions.BATCH", 1)
    issue, killed = __import__("portal.fees.runs.actions", fromlist=["_issue"])._issue, []

    async def kill(*words: object) -> None:
        if len(killed) == 2:
            raise RuntimeError("killed")
        killed.append(await issue(*words))

    async with browser(settings, mingxi["沈平"]) as client:
        address = await asked(client)
        await work(mingxi, address)
        await client.post(f"{address}/publication")
        with monkeypatch.context() as broken, pytest.raises(RuntimeError):
            broken.setattr("portal.fees.runs.actions._issue", kill)
            await work(mingxi, address)
        assert state(await client.get(address)) == "publishing"
        await work(mingxi, address)
        assert state(await client.get(address)) == "published"
        await work(mingxi, address)  # the queue may ask twice
    async with unit_of_work(mingxi.community):
        assert await fetch_value("SELECT count(*) FROM bill") == 4
        assert await fetch_value("SELECT count(*) FROM bill_run") == 1


@pytest.mark.parametrize("wrong", [{"period": "2026-13"}, {"period": ""}, {"issued_on": "yesterday"}])
async def test_a_run_with_a_wrong_month_or_day_comes_back_with_what_was_typed(
    settings: Settings, wrong: dict[str, str]
) -> None:
    mingxi = await cast.mingxi()
    typed = MONTH | wrong
    async with browser(settings, mingxi["蒋涛"]) as client:
        answer = await client.post("/desk/bill-runs", data=typed)
    assert answer.status_code == 422
    assert all(f'value="{value}"' in answer.text for value in wrong.values() if value)


async def test_another_estates_month_cannot_be_run_and_its_runs_are_not_there(settings: Settings) -> None:
    mingxi = await estate()
    donghu = await cast.donghu()
    async with browser(settings, mingxi["沈平"]) as client:
        address = await asked(client)
    async with browser(settings, donghu["韩冰"]) as client:
        assert (await client.post("/desk/bill-runs", data=MONTH)).status_code == 404
        assert (await client.get(address)).status_code == 404
        assert (await client.post(f"{address}/publication")).status_code == 404
