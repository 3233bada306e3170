"""What a form did not ask for changes nothing: keys of tables, keys sent twice, what belongs to others (F-61)."""

from __future__ import annotations

import asyncpg
import httpx
import pytest

from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.run.verify import verify
from tests.faults.counts import note
from tests.web.walk.conftest import Stage, changed, everything
from tests.web.walk.hostile import a_good_form, forms_of
from tests.web.walk.routes import Route

pytestmark = pytest.mark.anyio

# Names of columns and of what other systems trust; a value that is found in a table afterwards was let in.
MARK, NUMBER, KEY = "mass-assigned", "979797", "61616161-6161-4161-8161-616161616161"
TEXTS = ("state", "role", "roles", "actor", "login", "created_at", "issued_at", "currency", "kind_", "stripe_session")
SUMS = ("fen", "amount_fen", "outstanding", "is_admin", "totp_confirmed")
KEYS = ("id", "community", "human", "decided_by", "debtor")
EXTRA = dict.fromkeys(TEXTS, MARK) | dict.fromkeys(SUMS, NUMBER) | dict.fromkeys(KEYS, KEY)
RIGHTFUL = {"owner": ("陈静", "郑伟"), "staff": ("沈平", "韩冰"), "committee": ("吴霞", "吴霞")}
BEGIN_ANEW = (
    "/step-up/code",
    "/settings/phone/code",
    "/desk/people/{person:uuid}/phone/code",
)  # nobody asked for this code, so that one begins at the start; nothing is done
ENDS = ("settings:revoke-others", "settings:revoke")
NO_FIELD = ("tick", "checks", "photos")  # a box may be ticked twice, a list has many


def forms(stage: Stage) -> list[Route]:
    """Every route that takes a form from somebody who is signed in."""
    return [route for route in stage.routes if route.method == "POST" and not route.public and route.name not in ENDS]


async def states(community: int) -> dict[tuple[str, str], int]:
    """How many rows of an estate are in which state, by table."""
    async with unit_of_work(EVERYWHERE):
        tables = await fetch(
            "SELECT c.table_name AS name FROM information_schema.columns c JOIN information_schema.columns s"
            " USING (table_schema, table_name) WHERE c.table_schema = 'public' AND c.column_name = 'community'"
            " AND s.column_name = 'state' AND table_name NOT IN ('notice', 'delivery')"
        )
        found = {}
        for table in tables:
            for row in await fetch(
                f'SELECT state, count(*) AS n FROM "{table["name"]}" WHERE community = $1 GROUP BY 1', community
            ):
                found[table["name"], row["state"]] = row["n"]
    return found


def new(before: dict[tuple[str, str], int], after: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {key: more for key in after | before if (more := after.get(key, 0) - before.get(key, 0))}


async def test_a_field_sent_twice_with_two_values_is_neither(stage: Stage) -> None:
    before, wrong, tries = await everything(), [], 0
    home = stage.world.here
    for route in forms(stage):
        kinds = {name: field.kind for form in forms_of(route, guess=False) for name, field in form()._fields.items()}
        good = a_good_form(route, home)
        for name in [name for name in good if kinds.get(name, "checks") not in NO_FIELD]:
            pairs = [*good.items(), (name, "2")]
            body = str(httpx.QueryParams(pairs)).encode()
            answer = await stage[RIGHTFUL[route.door][0]].post(
                route.address(home.ids), content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
            )
            tries += 1
            if answer.status_code not in (403, 404, 409, 422) and route.path not in BEGIN_ANEW:
                wrong.append(f"{route.path} {name}: {answer.status_code}")
    note("F-61", tries, way="twice", wrong=len(wrong))
    assert not wrong, "\n".join(["", *wrong])
    assert not changed(before, await everything())
    assert tries > 20


async def test_what_no_form_asked_for_is_let_in_nowhere(stage: Stage, admin: asyncpg.Connection) -> None:
    """Here with twenty keys more, next door without: the same answers, and the same became of everything."""
    here, there = stage.world.here, stage.world.there
    before = [await states(home.estate.community) for home in (here, there)]
    wrong, tries, done = [], 0, 0
    for route in forms(stage):
        answers = []
        for home, name, extra in zip((here, there), RIGHTFUL[route.door], (EXTRA, {}), strict=True):
            good = a_good_form(route, home)
            answers.append(await stage[name].post(route.address(home.ids), data=extra | good))
        tries, done = tries + 1, done + (answers[0].status_code == 303)
        # Next door has no committee, and no departments that work could go to.
        alone = route.door == "committee" or route.path.startswith("/desk/expenses") or route.path.endswith("/routing")
        if not alone and answers[0].status_code != answers[1].status_code:
            wrong.append(f"{route.path}: {answers[0].status_code} with, {answers[1].status_code} without")
    after = [await states(home.estate.community) for home in (here, there)]
    assert not wrong, "\n".join(["", *wrong])
    assert new(before[0], after[0]) == new(before[1], after[1])
    assert not await holding(admin, MARK, NUMBER, KEY)
    assert (await verify())["ok"]
    note("F-61", tries, way="extra keys", keys=len(EXTRA), went_through=done, wrong=len(wrong))
    assert len(EXTRA) == 20 and done > 5


async def holding(admin: asyncpg.Connection, *marks: str) -> list[str]:
    """The tables with a row in which one of the marks stands."""
    tables = await admin.fetch(
        "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    found = []
    for table in tables:
        for mark in marks:
            if await admin.fetchval(
                f'SELECT EXISTS (SELECT FROM "{table["name"]}" t WHERE t::text LIKE $1)', f"%{mark}%"
            ):
                found.append(f"{table['name']}: {mark}")
    return found
