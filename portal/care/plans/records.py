"""The rows of a plan: read under lock, offers and ends written, owners notified."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from portal.care.plans.rules import Part
from portal.care.plans.states import PlanState
from portal.homes.units.debtors import tell_debtor
from portal.kit import clock
from portal.kit.errors import Missing
from portal.money.payments.choosing import lock_bills
from portal.people.notices.states import NoticeKind
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one

ASKED, OFFERED = 1, 2  # the rounds: what the owner asked for, and what staff offered instead


async def locked_plan(plan: UUID, by: Principal | None = None) -> asyncpg.Record:
    """The plan, after its bills were locked (lock order). Raises Missing if it does not exist or is not `by`'s."""
    bills = await fetch(
        "SELECT DISTINCT l.bill FROM plan_line p JOIN bill_line l ON l.id = p.line WHERE p.plan = $1", plan
    )
    await lock_bills([row["bill"] for row in bills])
    row = await fetch_one(
        "SELECT id, community, debtor, state, total, first_on FROM plan WHERE id = $1 AND ($2::uuid[] IS NULL"
        " OR EXISTS (SELECT FROM debtor_member m WHERE m.debtor = plan.debtor AND m.person = ANY($2)))"
        " FOR NO KEY UPDATE",
        plan,
        list(by.persons) if by else None,
    )
    if row is None:
        raise Missing
    return row


async def add_parts(community: int, plan: UUID, round_: int, parts: Sequence[Part]) -> None:
    """Write the instalments of an offer, in the transaction that makes it (guards.sql)."""
    await fetch(
        "INSERT INTO plan_instalment (id, community, plan, round, number, due_on, amount)"
        " SELECT gen_random_uuid(), $1, $2, $3, * FROM unnest($4::int[], $5::date[], $6::bigint[])",
        community,
        plan,
        round_,
        [part.number for part in parts],
        [part.due_on for part in parts],
        [part.amount.fen for part in parts],
    )


async def end_plan(row: asyncpg.Record, state: PlanState) -> None:
    """Set the final state of a plan and its time."""
    await fetch(
        "UPDATE plan SET state = $2, version = version + 1, ended_at = $3 WHERE id = $1",
        row["id"],
        state.value,
        clock.now(),
    )


async def tell_owners(
    plan: UUID, community: int, debtor: UUID, kind: NoticeKind, *, period: str = "", **facts: object
) -> None:
    """Notify everybody who owes, once for each kind and `period`, with a link to the plan."""
    await tell_debtor(
        debtor, kind, community=community, subject=f"plan:{plan}", link=f"/plans/{plan}", period=period, **facts
    )
