"""The scope of a unit of work: which communities its statements see and may write."""

from __future__ import annotations

import asyncpg
import pytest

from portal.people.persons.tables import Person
from portal.platform.db import unit_of_work as db
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, reading, unit_of_work
from tests import builders

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean", "pool_stays_whole")]


async def two_estates() -> tuple[int, int]:
    one, other = await builders.community("mingxi", "明溪花园"), await builders.community("donghu", "东湖小筑")
    await builders.unit(one, "1栋101")
    await builders.unit(other, "8栋801")
    return one, other


async def units_in(*scopes: db.Scope) -> list[str]:
    async with unit_of_work(*scopes):
        return [row["name"] for row in await fetch("SELECT name FROM unit ORDER BY name")]


async def test_a_unit_of_work_sees_its_communities_and_no_other() -> None:
    one, other = await two_estates()
    assert await units_in() == []
    assert await units_in(one) == ["1栋101"]
    assert await units_in(one, other) == await units_in(EVERYWHERE) == ["1栋101", "8栋801"]


async def test_a_used_connection_has_no_scope_left() -> None:
    one, _ = await two_estates()
    assert await units_in(one)
    for _ in range(20):
        assert await db.engine.pool.fetch("SELECT name FROM unit") == []


async def test_rows_of_another_community_cannot_be_written_moved_or_deleted() -> None:
    one, other = await two_estates()
    insert = (
        "INSERT INTO unit (id, community, name, sort_key, use, occupancy)"
        " VALUES (gen_random_uuid(), $1, '9栋901', '9', 'residential', 'owner')"
    )
    for sql, value in ((insert, other), ("UPDATE unit SET community = $1", other)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with unit_of_work(one):
                await fetch(sql, value)
    async with unit_of_work(one):
        await fetch("UPDATE unit SET name = 'mine' WHERE community = $1", other)
    assert await units_in(other) == ["8栋801"]


async def test_a_key_may_not_point_into_another_community() -> None:
    one, other = await two_estates()
    async with unit_of_work(other):
        theirs = await fetch_value("SELECT id FROM unit")
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="debtor_community_unit_fkey"):
        async with unit_of_work(one, other):
            await fetch(
                "INSERT INTO debtor (id, community, unit, key) VALUES (gen_random_uuid(), $1, $2, 'x')", one, theirs
            )


async def test_a_reading_opens_its_own_scope_or_joins_the_running_one() -> None:
    one, other = await two_estates()

    @reading
    async def names(scope: int) -> tuple[list[str], str]:
        found = [row["name"] for row in await fetch("SELECT name FROM unit ORDER BY name")]
        return found, await fetch_value("SHOW transaction_read_only")

    assert await names(one) == (["1栋101"], "on")
    async with unit_of_work(one, other):
        assert await names(one) == (["1栋101", "8栋801"], "off")


async def test_piccolo_queries_run_in_the_unit_of_work_too() -> None:
    community = await builders.community("mingxi", "明溪花园")
    await builders.owner(community, "陈静", "19900000101")
    async with unit_of_work(community):
        assert [row["name"] for row in await Person.select(Person.name)] == ["陈静"]
    assert await Person.select(Person.name) == []


async def test_the_scope_text_takes_nothing_but_numbers() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        unit_of_work(type("By", (), {"communities": ["1}'; DROP TABLE bill --"]})())
