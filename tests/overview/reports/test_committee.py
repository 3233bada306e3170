"""What the committee reads: sums of closed months, and never who owes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from portal.kit import clock
from portal.kit.money import Money
from portal.overview.reports.ageing import Age, ageing_report
from portal.overview.reports.collection import collection_report
from portal.overview.reports.committee import committee_of
from portal.overview.reports.rules import Collection
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import browser
from tests.overview.reports.paying import pay

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


@pytest.fixture(autouse=True)
def december() -> Iterator[None]:
    clock.start_at(datetime(2026, 12, 10, 4, tzinfo=UTC))
    yield
    clock.start_at(clock.real_now())


async def owing() -> cast.Estate:
    """Two homes owe for November: too few to be told."""
    estate = await cast.mingxi()
    item = await builders.charge_item(estate.community)
    for home, who, fen in (("1栋101", "陈静", 12345), ("1栋102", "李明", 54321)):
        await builders.bill(estate.community, estate.units[home], [estate[who]], [(item, fen)])
    return replace(estate, people={**estate.people, "吴霞": seated(estate)})


def seated(estate: cast.Estate):
    return replace(estate["吴霞"], committees=(estate.community,))


async def test_a_member_reads_aggregates_and_no_debtor(settings: Settings) -> None:
    estate = await owing()
    (found,) = await committee_of(estate["吴霞"])
    assert [one.code for one in found.reports] == ["collection", "ageing", "disputes", "promises"]
    assert str(found.span.last) == "2026-11", "closed months alone, so that nobody watches a payment come in"
    assert all(figure is None for row in found.reports[0].rows[:1] for figure in row.figures)
    assert {row.figures for row in found.reports[1].rows} <= {(None, None), (0, Money(0))}


async def test_what_would_tell_of_few_homes_is_left_out() -> None:
    many = Collection(Money(100), Money(60), Money(50), Money(20), 30, 20, 10, 5)
    assert not many.few_now and not many.few_before
    for homes in ({"homes": 4}, {"homes_paid": 26}, {"homes_paid": 3}, {"homes_before": 2}, {"homes_recovered": 1}):
        rows = collection_report(replace(many, **homes), discreet=True).rows
        hidden = [row.figures == (None, None, None) for row in rows]
        assert hidden in ([True, False, True], [False, True, True]), "and nothing from which it could be subtracted"
        assert not any(row.figures[0] is None for row in collection_report(replace(many, **homes)).rows)
    assert not any(row.figures[0] is None for row in collection_report(many, discreet=True).rows)


async def test_only_members_come_in(settings: Settings) -> None:
    estate = await owing()
    async with browser(settings, estate["陈静"]) as client:
        assert (await client.get("/committee")).status_code == 403
    async with browser(settings) as client:
        assert (await client.get("/committee")).status_code == 303


async def test_a_file_that_is_taken_is_written_down_without_a_name(settings: Settings) -> None:
    estate = await owing()
    async with unit_of_work(estate.community):
        await fetch(
            "INSERT INTO committee_post (id, community, person, post, votes, starts_on)"
            " VALUES (gen_random_uuid(), $1, $2, '委员', true, '2026-01-01')",
            estate.community,
            estate["吴霞"].persons[0],
        )
    async with browser(settings, estate["吴霞"]) as client:
        page = await client.get("/committee")
        assert page.status_code == 200
        for name in ("陈静", "李明", "1栋101", "123.45", "543.21", "吴霞"):
            assert name not in page.text
        file = await client.get("/committee/file?estate=mingxi&report=ageing&kind=csv")
        assert file.status_code == 200 and "123.45" not in file.text
        assert "ageing.csv" in (await client.get("/committee")).text
        for wrong in (
            "",
            "estate=mingxi&report=ageing",
            "estate=donghu&report=ageing&kind=csv",
            "estate=mingxi&report=stages&kind=csv",
        ):
            assert (await client.get(f"/committee/file?{wrong}")).status_code == 404
    async with unit_of_work(estate.community):
        assert len(await fetch("SELECT id FROM audit_entry WHERE verb = 'report_taken'")) == 1


@pytest.mark.parametrize(("paying", "told"), [(0, True), (1, False), (4, False), (6, True)])
async def test_what_a_few_paid_since_the_last_closing_cannot_be_subtracted(paying: int, told: bool) -> None:
    """Twelve homes owe for September at the end of October; some pay in November."""
    estate = await cast.mingxi()
    item = await builders.charge_item(estate.community)
    bills = []
    for n in range(12):
        owner = await builders.owner(estate.community, f"业主{n}", f"1990001{n:04}")
        bills.append(
            await builders.bill(
                estate.community, await builders.unit(estate.community, f"9栋{101 + n}"), [owner], [(item, 10000 + n)],
                period="2026-09", issued_on=date(2026, 9, 1), due_on=date(2026, 10, 15),
            )
        )  # fmt: skip
    for bill in bills[:paying]:
        (line,) = await builders.lines_of(estate.community, bill)
        await pay(estate.community, bill, line, 10000, date(2026, 11, 9))
    async with unit_of_work(estate.community):
        october = await ageing_report([estate.community], date(2026, 10, 31), discreet=True)
        november = await ageing_report([estate.community], date(2026, 11, 30), discreet=True)
    assert {row.name: row.figures[0] for row in october.rows}[Age.to_30] == 12
    assert ({row.name: row.figures[0] for row in november.rows}[Age.to_60] is not None) is told
