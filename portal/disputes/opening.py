"""The owner's acts: open a dispute, answer, withdraw, accept, reopen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.audit.actions import record
from portal.audit.states import AuditVerb
from portal.db import fetch, fetch_one, fetch_value, retrying, unit_of_work
from portal.disputes import steps
from portal.disputes.queries import DisputableLine, line_to_dispute
from portal.disputes.rules import resumed
from portal.disputes.states import LIVE, DisputeReason, DisputeState, StepKind
from portal.files.actions import Sent, encode, keep_photos
from portal.holds.actions import free_of_holds, hold_line, release
from portal.holds.states import HoldReason
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.kit.money import ZERO, Money
from portal.kit.once import id_of
from portal.notices.states import NoticeKind
from portal.people.principal import Principal
from portal.units.debtors import tell_debtor

ABOVE = N_("No more than %(free)s of this line can be disputed; the rest is paid or under review already.")
NOT_A_SUM = N_("Enter the amount, for example 120.50")
CLOSED = N_("This dispute is closed. If something about it is new, please speak to the service centre.")
DECIDED = N_("This dispute was decided in the meantime. You can accept the decision or reopen it.")
NOT_DECIDED = N_("There is no decision yet that could be accepted or reopened.")
ALL_CREDITED = N_("The whole disputed sum was credited; there is nothing left to reopen.")
MOST_PHOTOS = 5
TOO_MANY = N_("Please choose no more than %(most)s photos.")


@retrying
async def open_dispute(
    by: Principal,
    line: UUID,
    *,
    reason: DisputeReason,
    body: str,
    amount: Money | None = None,
    photos: Sequence[Sent] = (),
    once: str | None = None,
) -> UUID:
    """Dispute a line, or a sum in it, and hold exactly that from being chased; the dispute's id.

    `once` makes a repeated request answer with the dispute of the first. Raises Missing for a line that is not
    theirs, Refused for a tenant, a paid line and a second open dispute, Invalid above what is free.
    """
    if len(photos) > MOST_PHOTOS:
        raise Invalid("photos", TOO_MANY, most=MOST_PHOTOS)
    kept, dispute = await encode(photos), id_of(by.human, once)
    async with unit_of_work(by):
        await free_of_holds(line)  # locks its bill, so that the figures below stay true
        if await fetch_value("SELECT id FROM dispute WHERE id = $1 AND opened_by = $2", dispute, by.human):
            return dispute
        found = await line_to_dispute(by, line)
        held = _sum_to_hold(amount, found)
        opened = await _insert(by, dispute, found, held, reason, body)
        subject = f"dispute:{dispute}"
        await hold_line(found.community, found.debtor, line, held, HoldReason.dispute, dispute, by.actor)
        await keep_photos(found.community, subject, by.actor, kept)
        await steps.step(opened, StepKind.opened, body=body)
        await _record(by, AuditVerb.DISPUTE_OPENED, opened, line=line, amount=held, cause=reason, photos=len(kept))
        await _tell(opened, NoticeKind.dispute_opened, amount=held, reply_by=opened["reply_by"])
    return dispute


@retrying
async def answer(by: Principal, dispute: UUID, body: str, *, once: str | None = None) -> None:
    """Add the owner's words; if staff had asked, their clock runs on. Raises Missing, or Refused once it is closed."""
    async with unit_of_work(by):
        found = await steps.dispute_of(by, dispute)
        _must_be_live(found)
        made = id_of(by.human, once)
        if await fetch_value("SELECT id FROM dispute_step WHERE id = $1", made):
            return
        asked = found["state"] == DisputeState.asked
        await steps.end_pause(found)
        await steps.move(found, resumed(steps.has_task(found), steps.was_reopened(found)) if asked else None)
        await steps.step(found, StepKind.answered, body=body, id=made)
        await _record(by, AuditVerb.DISPUTE_ANSWERED, found)


@retrying
async def withdraw(by: Principal, dispute: UUID, body: str = "") -> None:
    """Take it back: the sum is due as before. Raises Missing, or Refused when it was decided or is closed."""
    async with unit_of_work(by):
        found = await steps.dispute_of(by, dispute)
        _must_be_live(found)
        await steps.end_pause(found)
        await steps.move(found, DisputeState.withdrawn)
        await release(found["id"], by=by.actor, why="withdrawn")
        await steps.step(found, StepKind.withdrawn, body=body)
        await _record(by, AuditVerb.DISPUTE_WITHDRAWN, found)


@retrying
async def accept(by: Principal, dispute: UUID, body: str = "") -> None:
    """Accept the decision. Raises Missing, or Refused when there is none, or it was accepted before."""
    async with unit_of_work(by):
        found = await steps.dispute_of(by, dispute)
        _must_be_decided(found)
        await steps.move(found, DisputeState.accepted)
        await steps.step(found, StepKind.accepted, body=body)
        await _record(by, AuditVerb.DISPUTE_ACCEPTED, found)


@retrying
async def reopen(by: Principal, dispute: UUID, body: str) -> None:
    """Object to the decision: what was not credited is held again, as far as the line still owes it.

    A new round with new deadlines begins. Raises Missing, or Refused when nothing is left to dispute, there is no
    decision, or the line is in another open dispute.
    """
    async with unit_of_work(by):
        found = await steps.dispute_of(by, dispute)
        _must_be_decided(found)
        left = await disputed_now(found)
        if not left:
            raise Refused(ALL_CREDITED)
        await _no_other(found)
        changes = await steps.fresh_deadlines(found["community"])
        await steps.move(found, DisputeState.reopened, department=None, department_due=None, **changes)
        if held := min(left, await free_of_holds(found["line"])):
            where = found["community"], found["debtor"], found["line"]
            await hold_line(*where, held, HoldReason.dispute, found["id"], by.actor)
        await steps.step(found, StepKind.reopened, body=body)
        await _record(by, AuditVerb.DISPUTE_REOPENED, found, amount=left)


async def disputed_now(dispute: Record) -> Money:
    """What of the disputed sum no decision has credited yet."""
    given = await fetch_value(
        "SELECT coalesce(sum(amount), 0)::bigint FROM decision WHERE dispute = $1 AND final_at IS NOT NULL",
        dispute["id"],
    )
    return Money(dispute["amount"] - given)


def _sum_to_hold(amount: Money | None, line: DisputableLine) -> Money:
    amount = line.free if amount is None else amount
    if amount <= ZERO:
        raise Invalid("amount", NOT_A_SUM)
    if amount > line.free:
        raise Invalid("amount", ABOVE, free=line.free)
    return amount


async def _insert(
    by: Principal, dispute: UUID, line: DisputableLine, amount: Money, reason: DisputeReason, body: str
) -> Record:
    due = await steps.fresh_deadlines(line.community)
    row = await fetch_one(
        "INSERT INTO dispute (id, community, line, debtor, opened_by, amount, reason, body, state, version, opened_at,"
        " round_began_at, acknowledge_by, reply_by, close_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', 1, $9, $9, $10, $11, $12) RETURNING *",
        dispute,
        line.community,
        line.id,
        line.debtor,
        by.human,
        amount.fen,
        reason.value,
        body,
        due["round_began_at"],
        due["acknowledge_by"],
        due["reply_by"],
        due["close_by"],
    )
    assert row is not None
    return row


def _must_be_live(dispute: Record) -> None:
    if dispute["state"] == DisputeState.decided:
        raise Refused(DECIDED)
    if dispute["state"] not in LIVE:
        raise Refused(CLOSED)


def _must_be_decided(dispute: Record) -> None:
    if dispute["state"] in LIVE:
        raise Refused(NOT_DECIDED)
    if dispute["state"] != DisputeState.decided:
        raise Refused(CLOSED)


async def _no_other(dispute: Record) -> None:
    other = await fetch(
        "SELECT FROM dispute WHERE line = $1 AND id <> $2 AND state = ANY($3)",
        dispute["line"],
        dispute["id"],
        [state.value for state in LIVE],
    )
    if other:
        raise Refused(N_("Another dispute about this line is open already. Please add to that one."))


async def _record(by: Principal, verb: AuditVerb, dispute: Record, **facts: Any) -> None:
    await record(by.actor, verb, f"dispute:{dispute['id']}", community=dispute["community"], **facts)


async def _tell(dispute: Record, kind: NoticeKind, **facts: Any) -> None:
    await tell_debtor(
        dispute["debtor"],
        kind,
        community=dispute["community"],
        subject=f"dispute:{dispute['id']}",
        link=f"/disputes/{dispute['id']}",
        **await steps.facts_of(dispute),
        **facts,
    )
