"""No guard is there for show: with it the forbidden thing is refused, without it that happens and is found.

What "found" means: the invariant that `portal verify` asks turns red. Every guard is taken from the catalogue, so that
a new one without its proof turns this red. Here: the triggers and unique indexes of the slices; tests/guards has the
constraints of tables.py (found by themselves; a CHECK may want a row in tests/guards/values.py) and the walls.
"""

from __future__ import annotations

import re

import asyncpg
import pytest

from tests import catalog
from tests.closing import ALLOCATE, BILL, EFFECTS, PAID, A, B, C, D
from tests.guards.scratch import finds, happens, rows, undone, without_keys
from tests.guards.twice import TWICE

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


# --- unique indexes of guards.sql

# unique index or trigger → the invariant that finds what comes in without it
FOUND_BY = {
    "arrears_case_one_open": "I-C3", "attempt_bill_one_live": "I-P4", "binding_one_waiting": "I-D3e",
    "bill_line_once": "I-B3", "claim_one_live": "LAW-1",
    "claim_line.claim_line_with_its_claim": "LAW-2", "correction_one_waiting": "I-D3g",
    "decision_one_adjustment": "I-D2b",
    "dispute_one_live": "I-D1a", "dispute_one_live_of_service": "I-D1b",
    "dispute_pause_one_open": "I-D5a", "hold_once_a_source": "I-D4b",
    "import_request_one_open": "I-E1",
    "letter_code_one_live": "I-D3h",
    "phone_change_one_waiting": "I-D3f", "plan_one_live": "PLAN-5", "statement_published_once": "I-S4",
    "statement_drafted_once": "I-S4", "vacancy_one_lasting": "I-H1", "vacancy_one_waiting": "I-H3",
    "journal.journal_has_postings": "I-L1", "posting.posting_balances": "I-L1",
    "posting.posting_with_its_journal": "I-B1", "bill_line.bill_line_with_its_bill": "I-B1",
    "adjustment.adjustment_leaves_line_whole": "I-B2", "allocation.allocation_leaves_line_whole": "I-B2",
    "allocation.allocation_adds_up": "I-P3", "payment.payment_adds_up": "I-P3", "credit.credit_adds_up": "I-P3",
    "hold.hold_fits": "I-C1", "case_stage.case_stage_climbs_through_gates": "I-C2b",
    "binding.binding_by_somebody_else": "I-D3d", "decision.decision_stays": "I-D2",
    "decision.decision_by_somebody_else": "I-D3", "statement.statement_is_final": "I-S1",
    "statement_line.statement_lines_are_final": "I-S3",
    "statement_explanation.statement_explanations_are_final": "I-S6",
    "statement_document.statement_documents_are_final": "I-S6",
    "plan_instalment.plan_instalment_with_its_offer": "PLAN-2", "plan.plan_runs_again_once": "PLAN-6",
}  # fmt: skip


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
            assert await finds(master, FOUND_BY[index]) == []
            await master.execute(f"DROP INDEX {index}")
            await rows(master, (table, second))
            assert await finds(master, FOUND_BY[index]), index


# --- every other trigger

BOOKED = [
    *BILL,
    ("journal", {"id": A, "kind": "'bill'", "source": A, "community": "2"}),
    ("posting", {"journal": A, "account": "'receivable:service'", "amount": "100", "community": "2"}),
    ("posting", {"journal": A, "account": "'charged:service'", "amount": "-100", "community": "2"}),
]
LINE = (
    "INSERT INTO bill_line SELECT gen_random_uuid(), community, bill, unit, item, tariff, 9::smallint, first_month,"
    " last_month, 9::smallint, supplement, 5, quantity, rate, months, facts FROM bill_line"
)
JOURNAL = f"INSERT INTO journal VALUES ({A}, 2, 'bill', {B}, '2026-11-01', NULL, NULL, now())"
DECISION = {"id": A, "dispute": B, "decided_by": C, "amount": "0", "approved_by": "NULL"}
CONCERNED = [("staff", {"id": C, "human": D}), ("dispute", {"id": B, "opened_by": D})]
PUBLISHED = {"id": A, "state": "'published'", "content_sha256": "'x'", "published_by": C, "published_at": "now()"}

PART = {"plan": A, "round": "1", "amount": "50"}
PLANNED = [
    ("plan", {"id": A, "community": "2", "total": "100", "state": "'active'"}),
    ("plan_line", {"plan": A, "amount": "100"}),
    ("plan_instalment", PART | {"number": "1"}),
    ("plan_instalment", PART | {"number": "2"}),
]

CLAIMED = [
    ("claim", {"id": A, "community": "2", "amount": "100", "debtor": D, "state": "'prepared'"}),
    ("claim_step", {"claim": A, "state": "'prepared'"}),
    ("bill", {"id": B, "debtor": D, "community": "2"}),
    ("bill_line", {"id": B, "bill": B, "community": "2"}),
    ("claim_line", {"claim": A, "line": B, "amount": "100"}),
]
# trigger → (the state before, the forbidden act, the other guards that would refuse it too)
ACTS: dict[str, tuple[list[tuple[str, dict[str, str]]], str, tuple[str, ...]]] = {
    "journal.journal_has_postings": ([], JOURNAL, ()),
    "posting.posting_balances": (
        [],
        f"{JOURNAL}; INSERT INTO posting SELECT gen_random_uuid(), 2, {A}, 'suspense', n FROM (VALUES (5), (6)) v(n)",
        ("journal.journal_has_postings",),
    ),
    "posting.posting_with_its_journal": (
        BOOKED,
        f"INSERT INTO posting SELECT gen_random_uuid(), 2, {A}, v.account, n"
        " FROM (VALUES ('receivable:service', 5), ('charged:service', -5)) v(account, n)",
        (),
    ),
    "bill_line.bill_line_with_its_bill": (BOOKED, LINE, ()),
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
    "allocation.allocation_adds_up": (
        [*PAID, ("credit", {"payment": C, "amount": "500"})],
        ALLOCATE % 100,
        (),
    ),
    "payment.payment_adds_up": (
        [],
        f"INSERT INTO payment VALUES ({C}, 2, 1, {D}, 'cash', 'cash', 500, '2026-11-01', NULL, NULL, NULL, NULL, '[]',"
        " now(), '1')",
        (),
    ),
    "credit.credit_adds_up": (
        [*PAID, ("credit", {"payment": C, "amount": "500"})],
        f"INSERT INTO credit VALUES (gen_random_uuid(), 2, {D}, {C}, 1, 'x', false, now())",
        (),
    ),
    "hold.hold_fits": (
        BILL,
        f"INSERT INTO hold VALUES (gen_random_uuid(), 2, {D}, {B}, 101, 'manual', {A}, 'x', now(), NULL, NULL)",
        (),
    ),
    "case_stage.case_stage_climbs_through_gates": (
        [("case_stage", {"arrears_case": A, "stage": "2", "changed_on": "'2026-11-01'"})],
        f"INSERT INTO case_stage VALUES (gen_random_uuid(), 2, {A}, '2026-12-01', 'open', 3, 'entered', 'job:arrears',"
        " 'x', '{\"gates\": []}', now())",
        (),
    ),
    "binding.binding_by_somebody_else": (
        [("binding", {"asked_by": D}), ("staff", {"id": C, "human": D}), ("human", {"id": D})],
        f"UPDATE binding SET answered_by = {C}",
        (),
    ),
    "decision.decision_stays": (
        [("dispute", {"id": B}), ("decision", DECISION | {"outcome": "'rejected'", "final_at": "now()"})],
        "UPDATE decision SET amount = 5",
        (),
    ),
    "decision.decision_by_somebody_else": (
        [("decision", DECISION | {"decided_by": A}), *CONCERNED],
        f"UPDATE decision SET decided_by = {C}",
        (),
    ),
    "statement.statement_is_final": (
        [("statement", PUBLISHED)],
        "UPDATE statement SET published_by = NULL",
        (),
    ),
    "statement_line.statement_lines_are_final": (
        [("statement", PUBLISHED), ("statement_line", {"statement": A})],
        "DELETE FROM statement_line",
        (),
    ),
    "statement_document.statement_documents_are_final": (
        [("statement", PUBLISHED), ("statement_document", {"statement": A})],
        "UPDATE statement_document SET at = now() + interval '1 day'",
        (),
    ),
    "statement_explanation.statement_explanations_are_final": (
        [("statement", PUBLISHED), ("statement_explanation", {"statement": A})],
        "UPDATE statement_explanation SET explained_at = now() + interval '1 day'",
        (),
    ),
    "plan_instalment.plan_instalment_with_its_offer": (
        PLANNED,
        "INSERT INTO plan_instalment (id, community, plan, round, number, due_on, amount)"
        " SELECT gen_random_uuid(), community, plan, 2, number, due_on + 60, 7 FROM plan_instalment",
        (),
    ),
    "claim_line.claim_line_with_its_claim": (
        CLAIMED,
        "INSERT INTO claim_line SELECT gen_random_uuid(), community, claim, gen_random_uuid(), 7 FROM claim_line",
        (),
    ),
    "plan.plan_runs_again_once": (
        [("plan", {"id": A, "community": "2", "state": "'broken'", "ended_at": "now()"})],
        "UPDATE plan SET state = 'active'",
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
        assert await finds(master, FOUND_BY[trigger]) == []
        for name in (trigger, *besides):
            table, own = name.split(".")
            await master.execute(f"DROP TRIGGER {own} ON {table}")
        assert await happens(master, act)
        assert await finds(master, FOUND_BY[trigger])


@pytest.mark.parametrize("trigger", EFFECTS)
async def test_without_its_trigger_the_effect_is_missing(
    trigger: str, master: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    before, act, found_by = EFFECTS[trigger]
    for table, given in before:
        await catalog.add_row(admin, table, **given)
    table, own = trigger.split(".")
    for gone in (False, True):
        async with undone(master):
            await master.execute("SELECT set_config('app.communities', '{2}', true)")
            for touched in (table, "case_stage", "audit_entry", "claim_left"):
                await without_keys(master, touched)
            if gone:
                await master.execute(f"DROP TRIGGER {own} ON {table}")
            assert await happens(master, act)
            assert bool(await finds(master, found_by)) == gone


async def test_every_trigger_has_its_proof(admin: asyncpg.Connection) -> None:
    there = {
        name
        for name in await catalog.names(admin, catalog.TRIGGERS)
        if not name.endswith(("_is_append_only", "_is_never_emptied")) and not name.startswith("pgqueuer")
    }
    assert there == set(ACTS) | set(EFFECTS)


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
