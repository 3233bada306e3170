"""No guard is there for show: with it the forbidden thing is refused, and without it the same thing happens.

Every guard is taken from the catalog, so that a new one without its proof here turns this red.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest

from portal.database import Database
from portal.protect import APPEND_ONLY
from tests import catalog

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
REFUSED = (asyncpg.RestrictViolationError, asyncpg.IntegrityConstraintViolationError)


class Undone(Exception):
    """Ends a transaction that must leave nothing behind."""


@pytest.fixture
async def master(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A superuser with triggers on: whatever stops them is the guard alone."""
    connection = await asyncpg.connect(**database.config("admin"))
    yield connection
    await connection.close()


@asynccontextmanager
async def undone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    with suppress(Undone):
        async with connection.transaction():
            yield
            raise Undone


async def rows(connection: asyncpg.Connection, *wanted: tuple[str, dict[str, str]]) -> None:
    """Rows put in without any check, as the state before the forbidden act."""
    await connection.execute("SET LOCAL session_replication_role = replica")
    for table, given in wanted:
        await catalog.add_row(connection, table, **given)
    await connection.execute("SET LOCAL session_replication_role = origin")


async def without_keys(connection: asyncpg.Connection, table: str) -> None:
    """Foreign keys are not on trial here, and rows before an act are only as complete as its guard needs them."""
    for key in await connection.fetch(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::regclass", table
    ):
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key['conname']}")


async def happens(connection: asyncpg.Connection, act: str) -> bool:
    """Whether the act is let through, deferred checks included."""
    try:
        async with connection.transaction():
            await connection.execute(act)
            await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except REFUSED:
        return False
    return True


# --- row-level security, table by table


async def test_every_policy_is_what_hides_and_refuses_foreign_rows(
    master: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    tables = [row["name"] for row in await admin.fetch(catalog.TABLES) if row["of_community"]]
    for table in tables:
        async with undone(master):
            await rows(master, (table, {"community": "2"}))
            await master.execute("SELECT set_config('app.communities', '{7}', true)")
            await master.execute("SET LOCAL ROLE portal_app")
            assert await master.fetchval(f"SELECT count(*) FROM {table}") == 0, table
            await master.execute("RESET ROLE")
            await master.execute(
                f"DROP POLICY own_community ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
            )
            await master.execute("SET LOCAL ROLE portal_app")
            assert await master.fetchval(f"SELECT count(*) FROM {table}") == 1, table


# --- append-only triggers, table by table


async def append_only_tables(admin: asyncpg.Connection) -> list[str]:
    found = await admin.fetch(
        "SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname LIKE '%\\_is\\_append\\_only' ORDER BY 1"
    )
    return [row["name"] for row in found]


async def test_every_append_only_trigger_is_what_keeps_its_rows(
    master: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    tables = await append_only_tables(admin)
    assert set(tables) == set(APPEND_ONLY)
    for table in tables:
        for act in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            async with undone(master):
                await without_keys(master, table)
                await rows(master, (table, {}))
                assert not await happens(master, act), act
                await master.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_is_append_only")
                assert await happens(master, act), act


async def test_every_truncate_trigger_is_what_keeps_its_table(
    master: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    found = await admin.fetch(
        "SELECT tgrelid::regclass::text AS name, tgname FROM pg_trigger WHERE tgname LIKE '%\\_is\\_never\\_emptied'"
    )
    assert {row["name"] for row in found} >= set(APPEND_ONLY)
    for row in found:
        async with undone(master):
            assert not await happens(master, f"TRUNCATE {row['name']} CASCADE"), row["name"]
            for other in found:  # CASCADE reaches others that have the same guard
                await master.execute(f"ALTER TABLE {other['name']} DISABLE TRIGGER {other['tgname']}")
            assert await happens(master, f"TRUNCATE {row['name']} CASCADE"), row["name"]


# --- composite keys

# Columns that a CHECK wants together with the key.
COMES_WITH = {
    ("hold", "line"): {"amount": "5"},
    ("occupancy", "family_of"): {"role": "'family'"},
    ("binding", "occupancy"): {"state": "'approved'"},
    ("correction", "adjustment"): {"state": "'approved'"},
}


async def test_every_composite_key_is_what_keeps_both_ends_in_one_community(
    master: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    keys = await admin.fetch(
        "SELECT conname, conrelid::regclass::text AS child, confrelid::regclass::text AS parent, a.attname AS col"
        " FROM pg_constraint JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[2]"
        " WHERE conname LIKE '%\\_same\\_community'"
    )
    assert len(keys) > 30
    target = "'00000000-0000-0000-0000-00000000000a'"
    for key in keys:
        async with undone(master):
            await rows(master, (key["parent"], {"id": target, "community": "2"}))
            besides = COMES_WITH.get((key["child"], key["col"]), {})
            await rows(master, (key["child"], {key["col"]: target, "community": "7"} | besides))
            check = f"ALTER TABLE {key['child']} ADD CONSTRAINT probe FOREIGN KEY (community, {key['col']})" + (
                f" REFERENCES {key['parent']} (community, id)"
            )
            assert not await happens(master, check), key["conname"]
            alone = (
                f"ALTER TABLE {key['child']} ADD CONSTRAINT probe FOREIGN KEY ({key['col']}) REFERENCES {key['parent']}"
            )
            assert await happens(master, alone), key["conname"]


# --- unique indexes of guards.sql

TWICE = {
    "arrears_case_one_open": ("arrears_case", {"unit": "$U", "debtor": "$U", "state": "'open'"}),
    "attempt_bill_one_live": ("attempt_bill", {"bill": "$U", "live": "true"}),
    "binding_one_waiting": ("binding", {"unit": "$U", "phone": "'+86'", "state": "'requested'"}),
    "bill_line_once": ("bill_line", {"unit": "$U", "item": "$U", "bill": "gen_random_uuid()"}),
    "correction_one_waiting": ("correction", {"line": "$U", "state": "'waiting'"}),
    "decision_one_adjustment": ("decision", {"adjustment": "$U"}),
    "dispute_one_live": ("dispute", {"line": "$U", "state": "'open'"}),
    "dispute_pause_one_open": ("dispute_pause", {"dispute": "$U"}),
    "hold_once_a_source": ("hold", {"debtor": "$U", "source": "$U"}),
    "phone_change_one_waiting": ("phone_change", {"person": "$U", "state": "'waiting'"}),
    "plan_one_live": ("plan", {"debtor": "$U", "state": "'requested'"}),
    "vacancy_one_lasting": ("vacancy", {"unit": "$U", "state": "'approved'", "starts_on": "'2026-11-01'"}),
    "vacancy_one_waiting": ("vacancy", {"unit": "$U", "state": "'waiting'"}),
    "statement_published_once": ("statement", {"code": "'a'", "state": "'published'", "version": "$N"}),
    "statement_drafted_once": ("statement", {"code": "'a'", "state": "'draft'", "version": "$N"}),
}


async def test_every_unique_index_of_a_slice_is_what_refuses_the_second_row(
    master: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    own = await admin.fetch(
        "SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)"
        " AND i.indrelid::regclass::text NOT LIKE 'pgqueuer%'"
    )
    assert {row["name"] for row in own} == set(TWICE)
    same = "'00000000-0000-0000-0000-00000000000a'"
    for index, (table, given) in TWICE.items():
        first, second = (
            {name: value.replace("$U", same).replace("$N", number) for name, value in given.items()}
            for number in ("1", "2")
        )
        async with undone(master):
            await rows(master, (table, first))
            with pytest.raises(asyncpg.UniqueViolationError, match=index):
                async with master.transaction():
                    await rows(master, (table, second))
            await master.execute("SET LOCAL session_replication_role = origin")
            await master.execute(f"DROP INDEX {index}")
            await rows(master, (table, second))


# --- every other trigger

A, B, C, D = (f"'00000000-0000-0000-0000-00000000000{sign}'" for sign in "abcd")
BILL = [
    ("bill", {"id": A, "debtor": D, "community": "2"}),
    ("bill_line", {"id": B, "bill": A, "amount": "100", "community": "2"}),
]
PAID = [*BILL, ("payment", {"id": C, "amount": "500", "community": "2"})]
LINE = (
    "INSERT INTO bill_line SELECT gen_random_uuid(), community, bill, unit, item, tariff, 9::smallint, first_month,"
    " last_month, 9::smallint, supplement, 5, quantity, rate, months, facts FROM bill_line"
)
JOURNAL = f"INSERT INTO journal VALUES ({A}, 2, 'bill', {B}, '2026-11-01', NULL, NULL, now())"
ALLOCATE = f"INSERT INTO allocation VALUES (gen_random_uuid(), 2, {C}, {B}, %s, NULL, now())"
DECISION = {"id": A, "dispute": B, "decided_by": C, "amount": "0", "approved_by": "NULL"}
STATEMENT = {"id": A, "code": "'a'", "version": "1"}

# These do something instead of refusing something; tests/arrears shows what.
EFFECTS = {"allocation.allocation_closes_case", "adjustment.adjustment_closes_case"}
# trigger → (the state before, the forbidden act, the other guards that would refuse it too)
ACTS: dict[str, tuple[list[tuple[str, dict[str, str]]], str, tuple[str, ...]]] = {
    "journal.journal_has_postings": ([], JOURNAL, ()),
    "posting.posting_balances": (
        [],
        f"{JOURNAL}; INSERT INTO posting SELECT gen_random_uuid(), 2, {A}, 'suspense', n FROM (VALUES (5), (6)) v(n)",
        ("journal.journal_has_postings",),
    ),
    "posting.posting_with_its_journal": (
        [("journal", {"id": A, "community": "2"})],
        f"INSERT INTO posting SELECT gen_random_uuid(), 2, {A}, 'suspense', n FROM (VALUES (5), (-5)) v(n)",
        (),
    ),
    "bill_line.bill_line_with_its_bill": (BILL, LINE, ()),
    "adjustment.adjustment_leaves_line_whole": (
        BILL,
        f"INSERT INTO adjustment VALUES (gen_random_uuid(), 2, {B}, 'waiver', -101, 'x', 'x', NULL, NULL, now())",
        (),
    ),
    "allocation.allocation_leaves_line_whole": (
        [*PAID, ("credit", {"payment": C, "amount": "399"})],
        ALLOCATE % 101,
        (),
    ),
    "allocation.allocation_adds_up": (PAID, ALLOCATE % 100, ()),
    "payment.payment_adds_up": (
        [],
        f"INSERT INTO payment VALUES ({C}, 2, 1, {D}, 'cash', 'cash', 500, '2026-11-01', NULL, NULL, NULL, NULL, '[]',"
        " now())",
        (),
    ),
    "credit.credit_adds_up": (
        PAID,
        f"INSERT INTO credit VALUES (gen_random_uuid(), 2, {D}, {C}, 499, 'x', false, now())",
        (),
    ),
    "hold.hold_fits": (
        BILL,
        f"INSERT INTO hold VALUES (gen_random_uuid(), 2, {D}, {B}, 101, 'manual', {A}, 'x', now(), NULL, NULL)",
        (),
    ),
    "binding.binding_by_somebody_else": (
        [("binding", {"asked_by": D}), ("staff", {"id": C, "human": D}), ("human", {"id": D})],
        f"UPDATE binding SET answered_by = {C}",
        (),
    ),
    "decision.decision_stays": ([("decision", DECISION | {"final_at": "now()"})], "UPDATE decision SET body = 'y'", ()),
    "decision.decision_by_somebody_else": (
        [("decision", DECISION), ("staff", {"id": C, "human": D}), ("dispute", {"id": B, "opened_by": D})],
        "UPDATE decision SET body = 'y'",
        (),
    ),
    "statement.statement_is_final": (
        [("statement", STATEMENT | {"state": "'published'"})],
        "UPDATE statement SET title = 'y'",
        (),
    ),
    "statement_line.statement_lines_are_final": (
        [("statement", STATEMENT | {"state": "'published'"}), ("statement_line", {"statement": A})],
        "UPDATE statement_line SET amount = 9",
        (),
    ),
}


@pytest.mark.parametrize("trigger", ACTS)
async def test_without_its_trigger_the_forbidden_act_happens(
    trigger: str, master: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    before, act, besides = ACTS[trigger]
    for table, given in before:  # committed: to some guards it matters whether a row is of the same transaction
        await catalog.add_row(admin, table, **given)
    async with undone(master):
        await master.execute("SELECT set_config('app.communities', '{2}', true)")
        for table in set(re.findall(r"(?:INTO|UPDATE) (\w+)", act)):
            await without_keys(master, table)
        assert not await happens(master, act)
        for name in (trigger, *besides):
            table, own = name.split(".")
            await master.execute(f"DROP TRIGGER {own} ON {table}")
        assert await happens(master, act)


async def test_every_trigger_has_its_proof(admin: asyncpg.Connection) -> None:
    there = {
        name
        for name in await catalog.names(admin, catalog.TRIGGERS)
        if not name.endswith(("_is_append_only", "_is_never_emptied")) and not name.startswith("pgqueuer")
    }
    assert there - EFFECTS == set(ACTS)


# --- CHECK constraints, one by one


async def test_every_check_is_what_refuses_a_row(master: asyncpg.Connection, admin: asyncpg.Connection) -> None:
    checks = await admin.fetch(
        "SELECT conname, conrelid::regclass::text AS name, pg_get_constraintdef(oid) AS said FROM pg_constraint"
        " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        " AND conrelid::regclass::text NOT LIKE 'pgqueuer%'"
    )
    unproved = set()
    for check in checks:
        broken = BROKEN.get((check["name"], check["conname"])) or _out_of_list(check["said"])
        if broken is None:
            unproved.add((check["name"], check["conname"]))
            continue
        async with undone(master):
            with pytest.raises(asyncpg.CheckViolationError, match=check["conname"]):
                async with master.transaction():
                    await rows(master, (check["name"], broken))
            await master.execute(f"ALTER TABLE {check['name']} DROP CONSTRAINT {check['conname']}")
            await rows(master, (check["name"], broken))
    assert unproved == set()


def _out_of_list(said: str) -> dict[str, str] | None:
    """A value that is not in the list of a CHECK, or on the wrong side of its zero."""
    if found := re.search(r"\(\(?(\w+) = ANY \(ARRAY", said):
        return {found[1]: "'nonsense'"}
    if found := re.search(r"\(\((\w+) (>|>=|<>) 0\)\)", said):
        return {found[1]: "-1" if found[2] == ">=" else "0"}
    return None


BROKEN: dict[tuple[str, str], dict[str, str]] = {
    ("arrears_case", "known_stage"): {"stage": "5"},
    ("plan", "two_to_twelve"): {"instalments": "13"},
    ("hold", "line_with_amount"): {"amount": "5"},
    ("occupancy", "in_order"): {"starts_on": "'2026-11-02'", "ends_on": "'2026-11-01'"},
    ("correction", "correction_approved_moves_money"): {"state": "'approved'"},
    ("correction", "two_people"): {"asked_by": A, "answered_by": A},
    ("decision", "two_people"): {"decided_by": A, "approved_by": A},
    ("vacancy", "not_filed_by_both"): {"filed_by": A, "filed_at_desk": A},
    ("vacancy", "two_people"): {"filed_at_desk": A, "answered_by": A},
    ("vacancy", "approved_counts"): {"state": "'approved'"},
    ("vacancy", "in_order"): {"starts_on": "'2026-11-02'", "ends_on": "'2026-11-01'", "state": "'approved'"},
    ("binding", "in_order"): {"starts_on": "'2026-11-02'", "ends_on": "'2026-11-01'"},
    ("binding", "binding_approved_has_tie"): {"state": "'approved'"},
    ("occupancy", "family_of_somebody"): {"role": "'family'"},
    ("occupancy", "owners_are_not_revoked"): {"role": "'owner'", "revoked_at": "now()"},
    ("phone_change", "two_people"): {"asked_by": A, "answered_by": A},
}


async def test_lines_and_postings_may_come_with_their_parent_in_a_savepoint(
    master: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    for table, given in BILL:
        await catalog.add_row(admin, table, **given)
    async with undone(master):
        await master.execute("SELECT set_config('app.communities', '{2}', true)")
        await without_keys(master, "bill_line")
        await without_keys(master, "bill")
        fresh = (
            f"INSERT INTO bill SELECT {C}, community, number + 1, unit, debtor, kind, bill_run, period, issued_on,"
            f" due_on, due_moved, replaces, issued_at FROM bill; {LINE.replace('bill, unit', C + ', unit')}"
        )
        assert await happens(master, fresh)
        assert not await happens(master, LINE)
