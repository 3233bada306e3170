"""Somebody who works for many estates: no page of the desk reads more because there are more of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import asyncpg
import httpx
import pytest

from portal.kit import clock
from portal.overview.kept_figures.jobs import figures
from portal.people.persons.permissions import Role
from portal.people.persons.principal import MOST_ESTATES
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import app_of, browser
from tests.many import copies
from tests.populated import World, populate
from tests.web.walk.routes import routes_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

FEW, MANY = 120, 240  # with so few each list is longer than its page already
# Rows that a page may read for each further estate: its name, one's role, its calendar.
MOST_ROWS = 4
# The first page also counts the disputes that are late, by the working time of their estates.
MORE = {"/desk": 8}
# Pages that weigh or sort everything there is, or show all of each estate.
ONE_AT_A_TIME = {
    "/desk/audit", "/desk/bills", "/desk/calls", "/desk/cases", "/desk/common-areas", "/desk/disputes",
    "/desk/expenses", "/desk/ladder", "/desk/late-charges", "/desk/letters", "/desk/payments", "/desk/staff",
    "/desk/tariffs", "/desk/today", "/desk/units", "/desk/visits", "/desk/visits/packs.pdf",
}  # fmt: skip


@pytest.fixture
async def world(admin: asyncpg.Connection) -> AsyncIterator[World]:
    """FEW estates in which 沈平 is manager."""
    made = await populate()
    await figures(clock.today("Asia/Shanghai"), made.here.estate.community)
    await copies(admin, made.here.estate.community, FEW - 1)
    yield made


@contextmanager
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many rows each statement gave."""
    rows: list[int] = []
    fetch = asyncpg.Connection.fetch

    async def counted(self: asyncpg.Connection, *args: object, **how: object) -> list[asyncpg.Record]:
        found = await fetch(self, *args, **how)  # type: ignore[arg-type]
        rows.append(len(found))
        return found

    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "fetch", counted)
        yield rows


async def cost(
    client: httpx.AsyncClient, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, tuple[int, int]], set[str]]:
    """Statements and rows of each page; and which of them asked for an estate first."""
    found, asking = {}, set()
    for path in paths:
        with read(monkeypatch) as rows:
            answer = await client.get(path)
        assert answer.status_code in (200, 303, 404), path
        found[path] = len(rows), sum(rows)
        if "请选择小区" in answer.text:
            asking.add(path)
    return found, asking


async def test_no_page_asks_more_often_or_reads_much_more_for_more_estates(
    world: World, settings: Settings, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = routes_of(app_of(settings))
    paths = sorted({r.path for r in routes if r.method == "GET" and r.path.startswith("/desk") and "{" not in r.path})
    async with browser(settings, world.people["沈平"]) as client:
        few, _ = await cost(client, paths, monkeypatch)
        await copies(admin, world.here.estate.community, MANY - FEW)
        many, asking = await cost(client, paths, monkeypatch)
    assert asking == ONE_AT_A_TIME
    assert {path: (few[path][0], many[path][0]) for path in paths if many[path][0] > few[path][0]} == {}
    grown = {path: (many[path][1] - few[path][1]) / (MANY - FEW) for path in paths}
    assert {path: more for path, more in grown.items() if more > MORE.get(path, MOST_ROWS)} == {}


# --- one estate at a time


async def test_a_page_that_weighs_everything_asks_for_an_estate_and_then_knows_no_other(
    world: World, settings: Settings
) -> None:
    here = world.here.ids["cases.case"]
    async with browser(settings, world.people["沈平"]) as client:
        asked = (await client.get("/desk/cases?order=oldest")).text
        other = re.findall(r"estate=(mingxi-\d+)", asked)[0]
        assert asked.count("/desk/cases?order=oldest&amp;estate=") == FEW
        chosen = await client.get("/desk/cases?order=oldest&estate=mingxi")
        assert set(re.findall(r'data-case="([^"]+)"', chosen.text)) >= {str(here)}
        assert "明溪花园 ·" in chosen.text and 'name="estate" value="mingxi"' in chosen.text
        assert f'/desk/cases/{here}?estate=mingxi"' in chosen.text, "what it leads to keeps the choice"
        assert (await client.get(f"/desk/cases/{here}?estate=mingxi")).status_code == 200
        assert (await client.get(f"/desk/cases/{here}?estate={other}")).status_code == 404
        assert (await client.get("/desk/cases?estate=donghu")).status_code == 404, "she does not work there"
        assert (await client.get("/desk/cases?estate=nowhere")).status_code == 404
        shown = await client.post(f"/desk/cases/{here}/reason?estate=mingxi", data={"reason": "forgot"})
        assert shown.headers["location"] == f"/desk/cases/{here}?estate=mingxi"


async def test_whoever_works_for_a_few_is_not_asked(settings: Settings, admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    await copies(admin, estate.community, MOST_ESTATES - 1)
    async with browser(settings, estate["沈平"]) as client:
        assert "estate=" not in (await client.get("/desk/tariffs")).text
        await copies(admin, estate.community, 1)
        assert (await client.get("/desk/tariffs")).text.count("?estate=mingxi") == MOST_ESTATES + 1


async def test_only_estates_are_offered_in_which_the_page_opens(settings: Settings, admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    clerk = await builders.staff(estate.community, "卫兰", "wei", Role.clerk)
    await copies(admin, estate.community, 2 * MOST_ESTATES)
    await admin.execute("UPDATE staff SET roles = '{manager}' WHERE human = $1 AND community % 3 > 0", clerk.human)
    async with browser(settings, clerk) as client:
        offered = re.findall(r'/desk/audit\?estate=([\w-]+)"', (await client.get("/desk/audit")).text)
    allowed = await admin.fetch(
        "SELECT c.code FROM staff s JOIN community c ON c.id = s.community WHERE s.human = $1 AND roles = '{manager}'",
        clerk.human,
    )
    assert len(offered) > MOST_ESTATES
    assert sorted(offered) == sorted(row["code"] for row in allowed)
