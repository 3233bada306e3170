"""Whoever tampers with a row is found: each invariant turns red for exactly its own kind of tampering."""

from __future__ import annotations

import asyncpg
import pytest

from portal.platform.audit.jobs import seal
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.run.invariants import CHAINS, invariants
from portal.run.verify import SEALED, verify
from tests import builders, cast, catalog
from tests.booked import TODAY, booked
from tests.invented import INVENTED
from tests.test_guards import FOUND_BY

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


@pytest.fixture
async def estate(database: object, clean: None) -> cast.Estate:
    """Sound books."""
    return await booked()


async def test_a_sound_state_passes_every_check(estate: cast.Estate) -> None:
    found = await verify()
    assert found == {
        "ok": True, "failed": [], "checked": len(invariants()) + 1, "estates": 1, "failed_in": {}, "findings": {},
    }  # fmt: skip


async def test_an_empty_database_passes_too() -> None:
    assert (await verify())["ok"]


ONE_POSTING = "(SELECT id FROM posting WHERE account = 'receivable:service' ORDER BY amount DESC LIMIT 1)"
LINE = "(SELECT id FROM bill_line WHERE position = 1)"
DEBTOR = "(SELECT debtor FROM bill)"

# What is done to the rows, and every invariant that must see it.
TAMPERING: dict[str, tuple[str, set[str]]] = {
    "a posting is changed": (
        f"UPDATE posting SET amount = amount + 1 WHERE id = {ONE_POSTING}",
        {"I-L1", "I-L2", "I-L8", "I-B1"},
    ),
    "a posting moves to another account": (
        "UPDATE posting SET account = 'owner_credit' WHERE account = 'clearing:cash'",
        {"I-L8a", "I-L8b", "I-P1"},
    ),
    "a journal vanishes": (
        "DELETE FROM posting WHERE journal IN (SELECT id FROM journal WHERE kind = 'adjustment');"
        " DELETE FROM journal WHERE kind = 'adjustment'",
        {"I-L8", "I-B5"},
    ),
    "a journal is invented": (
        "WITH j AS (INSERT INTO journal SELECT gen_random_uuid(), community, 'bill', gen_random_uuid(), effective_on,"
        " NULL, NULL, created_at FROM journal LIMIT 1 RETURNING id, community)"
        " INSERT INTO posting SELECT gen_random_uuid(), j.community, j.id, a, n FROM j,"
        " (VALUES ('receivable:service', 5), ('receivable:service', -5)) AS p(a, n)",
        {"I-L5"},
    ),
    "a reversal points nowhere": (
        "UPDATE journal SET reverses = gen_random_uuid() WHERE kind = 'adjustment'",
        {"I-L4"},
    ),
    "a line's sum is changed": (
        f"UPDATE bill_line SET amount = amount + 100 WHERE id = {LINE}",
        {"I-B1", "I-L8"},
    ),
    "a line vanishes": ("DELETE FROM bill_line WHERE position = 2", {"I-B1", "I-K1", "I-L8"}),
    "a bill is left without lines": (
        "DELETE FROM bill_line",
        {"I-B1", "I-B4", "I-K1", "I-L8"},
    ),
    "a bill vanishes": (
        "DELETE FROM bill_line; DELETE FROM bill",
        {"I-B4", "I-K1", "I-L5", "I-L8"},
    ),
    "a line comes twice": (
        "INSERT INTO bill_line SELECT gen_random_uuid(), community, bill, gen_random_uuid(), item, tariff, 9::smallint,"
        " first_month, last_month, part, supplement, 0, quantity, rate, months, facts FROM bill_line LIMIT 1",
        {"I-B3", "I-K1"},
    ),
    "an allocation grows": (
        "UPDATE allocation SET amount = amount + 1",
        {"I-B2", "I-L8", "I-P3"},
    ),
    "an allocation is taken back twice": (
        "INSERT INTO allocation SELECT gen_random_uuid(), community, payment, line, -2 * amount, NULL, created_at"
        " FROM allocation LIMIT 1",
        {"I-B2", "I-L8", "I-P3", "I-P3a"},
    ),
    "an allocation is another debtor's": (
        "INSERT INTO debtor SELECT '00000000-0000-0000-0000-000000000001', community, unit, 'x' FROM debtor LIMIT 1;"
        "UPDATE payment SET debtor = '00000000-0000-0000-0000-000000000001'",
        {"I-P15a"},
    ),
    "an adjustment grows": (
        "UPDATE adjustment SET amount = amount - 1",
        {"I-B5", "I-L8"},
    ),
    "somebody approves their own adjustment": (
        "UPDATE adjustment SET approved_by = made_by",
        {"I-D3b"},
    ),
    "a replacement is of another unit": (
        "UPDATE bill SET replaces = gen_random_uuid()",
        {"I-B1a"},
    ),
    "a payment grows": ("UPDATE payment SET amount = amount + 1", {"I-L8b", "I-P1", "I-P3"}),
    "a credit vanishes": ("DELETE FROM credit", {"I-L8a", "I-P3"}),
    "a hold grows beyond its line": (
        "UPDATE hold SET amount = 99999",
        {"I-C1"},
    ),
    "a hold is another debtor's": (
        "UPDATE hold SET debtor = gen_random_uuid()",
        {"I-D4a", "I-K1"},
    ),
    "an audit row is changed by one byte": (
        "UPDATE audit_entry SET subject = subject || 'x' WHERE id = (SELECT entry FROM audit_seal WHERE sequence = 2)",
        {"I-U1"},
    ),
    "a fact of an audit row is changed": (
        "UPDATE audit_entry SET facts = facts || '{\"amount\": 1}' WHERE facts ? 'amount'",
        {"I-U1"},
    ),
    "an audit row vanishes": (
        "DELETE FROM audit_entry WHERE id = (SELECT entry FROM audit_seal WHERE sequence = 2)",
        {"I-U1", "I-U1a"},
    ),
    "an audit row vanishes with its seal": (
        "WITH s AS (DELETE FROM audit_seal WHERE sequence = 2 RETURNING entry)"
        " DELETE FROM audit_entry WHERE id IN (SELECT entry FROM s)",
        {"I-U1", "I-U1a"},
    ),
    "two audit rows change places": (
        "UPDATE audit_seal SET entry = gen_random_uuid() WHERE sequence = 1;"
        "UPDATE audit_seal SET entry = (SELECT e.id FROM audit_entry e WHERE NOT EXISTS"
        " (SELECT FROM audit_seal s WHERE s.entry = e.id)) WHERE sequence = 1;"
        "UPDATE audit_seal a SET hash = b.hash FROM audit_seal b WHERE (a.sequence, b.sequence) IN ((1, 2), (2, 1))",
        {"I-U1"},
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_tampering_is_found(what: str, estate: cast.Estate, admin: asyncpg.Connection) -> None:
    sql, seen_by = TAMPERING[what]
    await admin.execute(sql)
    assert set((await verify())["failed"]) == seen_by  # type: ignore[call-overload]


# I-B7 compares two views of the same rows: only another definition of one of them could break it. The rest cannot be
# while a guard stands; tests/test_guards.py and tests/guards take that away and see these turn red.
OTHERWISE = {"I-B7", "I-K1", "I-K2", "I-K3", "I-K4", "I-K5", "I-A2", "I-A2a", "I-L3"} | set(FOUND_BY.values())


@pytest.mark.parametrize("id_", INVENTED)
async def test_a_row_that_must_never_be_is_found(id_: str, admin: asyncpg.Connection) -> None:
    await catalog.add_row(admin, "community", id="2", approval_limit="100")
    for table, given in INVENTED[id_]:
        await catalog.add_row(admin, table, **given)
    assert id_ in (await verify())["failed"]  # type: ignore[operator]


async def test_every_invariant_was_seen_to_turn_red() -> None:
    seen = set(INVENTED).union(*(ids for _, ids in TAMPERING.values()))
    assert {invariant.id for invariant in invariants()} - seen - OTHERWISE == set()


async def test_a_row_sealed_with_the_wrong_hash_breaks_the_chain(
    estate: cast.Estate, admin: asyncpg.Connection
) -> None:
    await admin.execute("UPDATE audit_seal SET hash = sha256('x') WHERE sequence = 3")
    found = await verify()
    assert found["failed"] == [CHAINS]
    assert found["findings"] == {CHAINS: [SEALED, "mingxi: row 3: the row is not what was sealed"]}


async def test_sealing_twice_or_by_two_at_once_seals_each_row_once(estate: cast.Estate) -> None:
    import asyncio

    async with unit_of_work(EVERYWHERE):
        before = await fetch("SELECT entry, sequence, hash FROM audit_seal ORDER BY sequence")
    await builders.community("donghu", "东湖小筑")
    await asyncio.gather(*(seal(TODAY) for _ in range(4)))
    async with unit_of_work(EVERYWHERE):
        assert await fetch("SELECT entry, sequence, hash FROM audit_seal ORDER BY sequence") == before
        assert [row["sequence"] for row in before] == list(range(1, len(before) + 1))


async def test_a_row_that_is_not_sealed_yet_is_no_break(estate: cast.Estate, admin: asyncpg.Connection) -> None:
    await catalog.add_row(admin, "audit_entry", community=str(estate.community))
    assert (await verify())["ok"]
    await seal(TODAY)
    assert (await verify())["ok"]


def test_every_invariant_has_one_id() -> None:
    assert len({invariant.id for invariant in invariants()}) == len(invariants())
