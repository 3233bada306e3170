"""The demo's story can be told on any day, and shows every rung of the ladder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from demo.desk_story import ROUNDS
from demo.prices import BAYS_OWNED, BAYS_RENTED, monthly_service_fees
from demo.story import tell
from portal.accounts.statements.states import Side
from portal.kit import clock
from portal.kit.period import Month
from portal.platform.db.logins import Database
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.process.settings import Settings
from portal.run.verify import verify

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clean")]


@pytest.fixture(params=[date(2026, 11, 27), date(2027, 1, 2)], ids=str)
def on(request: pytest.FixtureRequest) -> Iterator[date]:
    day: date = request.param
    clock.start_at(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
    yield day
    clock.start_at(clock.real_now())


async def test_it_leads_to_every_stage_and_breaks_nothing(on: date, settings: Settings, database: Database) -> None:
    await tell(settings, database, on)
    async with unit_of_work(EVERYWHERE):
        rows = await fetch("SELECT stage, count(*) FROM arrears_case WHERE state <> 'closed' GROUP BY stage")
        claims = await fetch("SELECT kind, state FROM claim")
        explained = await fetch("SELECT id FROM service_round WHERE reason IS NOT NULL")
    assert {row["stage"] for row in rows} >= {1, 2, 3, 4}
    assert [tuple(row) for row in claims] == [("mediation", "filed")]
    assert len(explained) == 1
    assert (await verify())["failed"] == []
    await _its_accounts_follow_from_its_books(on)
    await _payments_come_on_many_days_at_many_hours_in_many_ways()
    await _rounds_are_done_on_working_days_at_different_hours()


async def _its_accounts_follow_from_its_books(on: date) -> None:
    month = Month.of(on) + -1
    async with unit_of_work(EVERYWHERE):
        rows = await fetch(
            "SELECT s.code, s.kind, l.side, l.item_zh, l.amount FROM statement s JOIN statement_line l ON l.statement ="
            " s.id WHERE s.state = 'published' AND NOT l.is_total ORDER BY l.position"
        )
        (paid,) = await fetch(
            "SELECT -sum(p.amount)::bigint AS fen FROM posting p JOIN journal j ON j.id = p.journal"
            " WHERE p.account = 'receivable:service' AND j.kind = 'payment' AND j.effective_on BETWEEN $1 AND $2",
            month.first,
            month.last,
        )
        differ = await fetch("SELECT body FROM statement_explanation WHERE kind IN ('books_differ', 'passed_on')")
    income = {
        row["item_zh"]: row["amount"] for row in rows if (row["code"], row["side"]) == (f"joint-{month}", "income")
    }
    casual = income.pop("临时停车费")
    assert sum(income.values()) == paid["fen"] > 25_000_000 and casual < 1_000_000
    assert income["月租车位费"] <= BAYS_RENTED * 25_000 and income["产权车位管理费"] <= BAYS_OWNED * 11_000
    assert income["物业服务费"] <= monthly_service_fees().fen
    assert differ == [], "nothing to explain"
    assert {row["kind"] for row in rows if row["code"].startswith("budget")} == {"budget"}
    sides = [
        [row["amount"] for row in rows if (row["code"], row["side"]) == (f"utilities-{month}", side)] for side in Side
    ]
    assert sum(sides[0]) == sum(sides[1]) > 0


async def _payments_come_on_many_days_at_many_hours_in_many_ways() -> None:
    async with unit_of_work(EVERYWHERE):
        rows = await fetch(
            "SELECT p.method, p.channel, p.received_on, p.posted_at AT TIME ZONE 'Asia/Shanghai' AS at FROM payment p"
            " ORDER BY p.number"
        )
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows), "numbered as they came"
    assert all(row["at"].date() == row["received_on"] for row in rows)
    assert rows[-1]["at"].replace(tzinfo=UTC) <= clock.now() + timedelta(hours=8), "nobody has paid tomorrow"
    assert {row["method"] for row in rows} == {"wechat_pay", "alipay", "pos", "cash", "transfer", "doorstep"}
    assert len({row["received_on"] for row in rows}) > 20 and len({row["at"].hour for row in rows}) > 8
    assert all(9 <= row["at"].hour < 17 for row in rows if row["channel"] in ("pos", "cash")), (
        "while the counter is open"
    )


async def _rounds_are_done_on_working_days_at_different_hours() -> None:
    async with unit_of_work(EVERYWHERE):
        rows = await fetch(
            "SELECT r.area, r.done_at AT TIME ZONE 'Asia/Shanghai' AS at, array_agg(p.sha256) AS photos"
            " FROM service_record r LEFT JOIN photo p ON p.subject = 'service:' || r.id GROUP BY r.id"
        )
    assert {row["at"].weekday() for row in rows if row["area"] != "security"} == set(range(5))
    assert len({row["at"].hour for row in rows}) >= 5
    photos = [photo for row in rows for photo in row["photos"] if photo]
    assert len(photos) == len(set(photos)) == len(ROUNDS)
