"""`portal verify` goes estate by estate, each by itself, and one that was cut off goes on where it was."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import asyncpg
import pytest

import portal.run.verify
from portal.kit.errors import Missing
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.run.invariants import OWN, Invariant, invariants
from portal.run.verify import verify
from tests import builders, catalog
from tests.guards.scratch import undone

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
CODES = ["donghu", "mingxi", "xishan"]

LONELY = "I-P8a"  # a posted attempt without its payment


@pytest.fixture
async def three(database: object, clean: None) -> dict[str, int]:
    """Three estates with nothing in them."""
    return {code: await builders.community(code, code) for code in CODES}


async def spoil(admin: asyncpg.Connection, community: int) -> None:
    await catalog.add_row(
        admin, "attempt", community=str(community), state="'posted'", idempotency_key="gen_random_uuid()::text"
    )


class Cut(Exception):
    """The end of a verification, as a kill would be."""


class Watch:
    """Hears where a verification has been; ends it after some places."""

    def __init__(self, until: int | None = None) -> None:
        self.places: list[str] = []
        self.until = until

    def __call__(self, place: str, found: Iterable[str], done: int, whole: int) -> None:
        self.places.append(place)
        if len(self.places) == self.until:
            raise Cut


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The estates that were really looked at."""
    ids: list[int] = []
    look = portal.run.verify._of_estate

    async def noted(wanted: Any, community: int) -> Any:
        ids.append(community)
        return await look(wanted, community)

    monkeypatch.setattr(portal.run.verify, "_of_estate", noted)
    return ids


async def cut_off(after: int) -> None:
    with pytest.raises(Cut):
        await verify(tell=Watch(until=after))


# --- estate by estate


async def test_what_is_wrong_is_told_with_its_estate(three: dict[str, int], admin: asyncpg.Connection) -> None:
    await spoil(admin, three["mingxi"])
    watch = Watch()
    found = await verify(tell=watch)
    assert (found["ok"], found["estates"], LONELY in found["failed"]) == (False, 3, True)  # type: ignore[operator]
    assert set(found["failed_in"]) == {"mingxi"}  # type: ignore[call-overload]
    says, row = found["findings"][LONELY]  # type: ignore[index]
    assert says == "a posted attempt has its payment." and row.startswith("mingxi: {'id'")
    assert watch.places == ["", *CODES]


async def test_one_estate_is_looked_at_alone(three: dict[str, int], admin: asyncpg.Connection, looked: Any) -> None:
    await spoil(admin, three["mingxi"])
    assert (await verify(["donghu"]))["ok"]
    assert not (await verify(["mingxi", "donghu"]))["ok"]
    assert looked == [three[code] for code in ("donghu", "donghu", "mingxi")]
    with pytest.raises(Missing) as refused:
        await verify(["donghu", "nanshan"])
    assert refused.value.sentence.facts == {"code": "nanshan"}


async def test_each_estate_has_a_transaction_of_its_own_in_which_no_other_is_seen(
    three: dict[str, int], admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for community in three.values():
        await spoil(admin, community)
    rows = (
        "SELECT current_setting('app.communities') AS scope, array_agg(DISTINCT c.id) AS seen,"
        " array_agg(a.community) AS of FROM attempt a, community c"
    )
    monkeypatch.setattr(portal.run.verify, "invariants", lambda: [Invariant("I-X1", "never", of_estate=(rows,))])
    found = await verify()
    assert found["findings"] == {
        "I-X1": ["never"] + [f"{code}: {{'scope': '{{{n}}}', 'seen': [{n}], 'of': [{n}]}}" for code, n in three.items()]
    }


# --- cut off


async def test_one_that_was_cut_off_goes_on_where_it_was_and_forgets_nothing(
    three: dict[str, int], admin: asyncpg.Connection, looked: list[int]
) -> None:
    await spoil(admin, three["donghu"])
    await cut_off(after=3)
    assert looked == [three["donghu"], three["mingxi"]]
    found = await verify()
    assert looked == [three["donghu"], three["mingxi"], three["xishan"]]
    assert (found["ok"], list(found["failed_in"]), found["estates"]) == (False, ["donghu"], 3)  # type: ignore[call-overload]
    await verify()
    assert len(looked) == 6, "that one was through: the next begins anew"


async def test_one_estate_alone_neither_goes_on_nor_is_remembered(three: dict[str, int], looked: list[int]) -> None:
    await cut_off(after=2)
    await verify(["donghu"])
    await verify()
    assert looked == [three[code] for code in ("donghu", "donghu", "mingxi", "xishan")]


@pytest.mark.parametrize(
    ("sql", "anew"),
    [
        ("UPDATE verification SET began_at = began_at - interval '25 hours'", False),
        ("UPDATE verification SET checks = 'what an older program asked'", False),
        ("SELECT", True),
    ],
)
async def test_an_old_one_one_that_asked_something_else_and_one_told_to_begin_anew(
    sql: str, anew: bool, three: dict[str, int], admin: asyncpg.Connection, looked: list[int]
) -> None:
    await cut_off(after=3)
    await admin.execute(sql)
    del looked[:]
    await verify(anew=anew)
    assert looked == list(three.values())


# --- which are asked everywhere, and which of each estate


READS = """
WITH RECURSIVE read (of) AS (
  SELECT 'asked'::regclass::oid UNION
  SELECT d.refobjid FROM read JOIN pg_rewrite r ON r.ev_class = read.of
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
) SELECT c.relname::text AS name FROM read JOIN pg_class c ON c.oid = read.of WHERE c.relkind = 'r'
"""


async def tables_read(admin: asyncpg.Connection, sql: str) -> set[str]:
    """Every table that a statement names, also in the views it names."""
    async with undone(admin):
        await admin.execute(f"CREATE VIEW asked AS SELECT EXISTS ({sql.rstrip(';')})")
        read = await catalog.names(admin, READS)
    return set(read)


# Invariants that read an estate's rows beside rows of no estate. Each asks of one row at a time, so that an estate's
# own scope is enough: say so here for a new one, or ask it everywhere.
BESIDE = {"I-K1": {"human"}}


async def test_what_belongs_to_no_estate_is_asked_everywhere_and_the_rest_of_each(admin: asyncpg.Connection) -> None:
    of_community = {row["name"] for row in await admin.fetch(catalog.TABLES) if row["of_community"]}
    of_none = {row["name"] for row in await admin.fetch(catalog.TABLES)} - of_community - {"community"}
    for invariant in invariants():
        for sql in invariant.everywhere:
            assert not await tables_read(admin, sql) & of_community, f"{invariant.id} is about rows of estates"
        for sql in invariant.of_estate:
            read = await tables_read(admin, OWN + sql)
            assert read & of_community, f"{invariant.id} is about rows of no estate: ask it everywhere"
            assert read & of_none <= BESIDE.get(invariant.id, set()), invariant.id


async def test_every_statement_runs_in_the_scope_of_one_estate(three: dict[str, int]) -> None:
    """Also those that group by a key of `community`: its rows are narrowed by a query, which has no keys."""
    async with unit_of_work(three["mingxi"], read_only=True):
        assert await fetch(OWN + "SELECT code FROM community") == [("mingxi",)]
        assert [one.id for one in invariants() if await one.broken_in_estate(fetch)] == []


async def test_the_same_key_in_two_estates_is_missed_as_soon_as_its_index_is_gone(
    three: dict[str, int], admin: asyncpg.Connection
) -> None:
    async with admin.transaction():
        await admin.execute("ALTER TABLE attempt DROP CONSTRAINT attempt_idempotency_key_key")
        for community in ("donghu", "xishan"):
            await catalog.add_row(admin, "attempt", community=str(three[community]), idempotency_key="'x'")
        missing = next(i for i in invariants() if i.id == "I-K5")
        assert await missing.violations(admin.fetch) == [("attempt.idempotency_key", "")]
        await admin.execute("DELETE FROM attempt")
        await admin.execute("ALTER TABLE attempt ADD CONSTRAINT attempt_idempotency_key_key UNIQUE (idempotency_key)")
    assert (await verify())["ok"]
