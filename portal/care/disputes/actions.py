"""The owner's actions: open a dispute, answer, withdraw, accept, reopen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from asyncpg import Record

from portal.care.disputes import steps
from portal.care.disputes.queries import DisputableLine, line_to_dispute
from portal.care.disputes.rules import resumed
from portal.care.disputes.states import LIVE, DisputeReason, DisputeState, StepKind
from portal.care.holds.actions import free_of_holds, hold_line, leave_alone, release
from portal.fees.receivables.states import HoldReason
from portal.homes.units.debtors import tell_debtor
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.kit.money import ZERO, Money
from portal.people.notices.states import NoticeKind
from portal.people.persons.principal import Audience, Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, retrying, unit_of_work
from portal.platform.files.actions import Sent, encode, keep_photos
from portal.platform.files.photos import Encoded

ABOVE = N_("At most %(free)s of this line can be disputed. The rest is paid or already under review.")
NOT_A_SUM = N_("Enter the amount, for example 120.50")
CLOSED = N_("This dispute is closed. If anything has changed, please contact the service centre.")
DECIDED = N_("This dispute has since been decided. You can accept the decision or reopen the dispute.")
NOT_DECIDED = N_("There is no decision yet to accept or to object to.")
ALL_CREDITED = N_("The whole disputed amount was credited. There is nothing left to reopen.")
OTHER = N_("A dispute about this is already open. Please add to that one.")
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
    hardship: bool = False,
    once: str | None = None,
) -> UUID:
    """Dispute a line, or a part of its sum, hold exactly that sum, and return the dispute's id.

    Whoever also says that they cannot pay (`hardship`) has everything paused for two weeks, once in three months.
    A paid line is not held: what a decision takes off becomes a credit. A repeated request with the same `once` returns
    the first dispute. Raises Missing for a line of others, Refused for a tenant and for a second open dispute, Invalid
    for more than is free.
    """
    kept, dispute = await drawn(photos), id_of(by.human, once)
    async with unit_of_work(by):
        await free_of_holds(line)  # locks its bill, so that these figures do not change
        if await fetch_value("SELECT id FROM dispute WHERE id = $1 AND opened_by = $2", dispute, by.human):
            return dispute
        line_view = await line_to_dispute(by, line)
        sum_ = _sum_in_dispute(amount, line_view)
        about = {"community": line_view.community, "debtor": line_view.debtor, "line": line, "amount": sum_.fen}
        opened = await enter(by, dispute, about=about, reason=reason, body=body, photos=kept)
        if not line_view.is_paid:
            await hold_line(
                line_view.community,
                line_view.debtor,
                line=line,
                amount=sum_,
                reason=HoldReason.dispute,
                source=dispute,
                placed_by=by.actor,
            )
        traced = {"line": line, "amount": sum_, "cause": reason, "photos": len(kept)}
        await steps.leave_trace(by, AuditVerb.DISPUTE_OPENED, opened, **traced)
        await tell_opened(opened, amount=sum_, **({"paid": True} if line_view.is_paid else {}))
        if hardship:
            await leave_alone(line_view.community, line_view.debtor, uuid4(), by.actor, "")
    return dispute


@retrying
async def answer(by: Principal, dispute: UUID, body: str, *, once: str | None = None) -> None:
    """Add the owner's words. If staff had asked, their clock runs again. Raises Missing, Refused once it is closed."""
    async with unit_of_work(by):
        row = await steps.dispute_of(by, dispute)
        _must_be_live(row)
        made = id_of(by.human, once)
        if await fetch_value("SELECT id FROM dispute_step WHERE id = $1", made):
            return
        asked = row["state"] == DisputeState.asked
        await steps.end_pause(row)
        await steps.move(row, resumed(steps.has_task(row), steps.was_reopened(row)) if asked else None)
        await steps.step(row, StepKind.answered, body=body, id=made)
        await steps.leave_trace(by, AuditVerb.DISPUTE_ANSWERED, row)


@retrying
async def withdraw(by: Principal, dispute: UUID, body: str = "") -> None:
    """Withdraw a dispute: the sum is due as before. Raises Missing, Refused if it was decided or is closed."""
    async with unit_of_work(by):
        row = await steps.dispute_of(by, dispute)
        _must_be_live(row)
        await steps.end_pause(row)
        await steps.move(row, DisputeState.withdrawn)
        await release(row["id"], by=by.actor, why="withdrawn")
        await steps.step(row, StepKind.withdrawn, body=body)
        await steps.leave_trace(by, AuditVerb.DISPUTE_WITHDRAWN, row)


@retrying
async def accept(by: Principal, dispute: UUID, body: str = "") -> None:
    """Accept the decision. Raises Missing, Refused if there is none or it was accepted before."""
    async with unit_of_work(by):
        row = await steps.dispute_of(by, dispute)
        _must_be_decided(row)
        await steps.move(row, DisputeState.accepted)
        await steps.step(row, StepKind.accepted, body=body)
        await steps.leave_trace(by, AuditVerb.DISPUTE_ACCEPTED, row)


@retrying
async def reopen(by: Principal, dispute: UUID, body: str) -> None:
    """Object to the decision: what was not credited is held again, as far as the line still owes it.

    This starts a new round, see `begin_again`. Raises Missing, Refused if nothing is left to dispute, there is no
    decision, or the line is in another open dispute.
    """
    async with unit_of_work(by):
        row = await steps.dispute_of(by, dispute)
        _must_be_decided(row)
        if row["line"] and not await disputed_now(row):
            raise Refused(ALL_CREDITED)
        await begin_again(by, row, body)


async def begin_again(by: Principal, dispute: Record, body: str) -> None:
    """Start a new round: new deadlines, the task back to its department, and a new hold of what is still disputed.

    Part of the caller's unit of work, with the dispute locked. Raises Refused when another one is open about the same.
    """
    await _no_other(dispute)
    disputed, changes = await disputed_now(dispute), await steps.fresh_round(dispute)
    to = None if dispute["state"] == DisputeState.reopened else DisputeState.reopened
    await steps.move(dispute, to, **changes)
    if dispute["state"] not in LIVE and disputed and (held := min(disputed, await free_of_holds(dispute["line"]))):
        where = dispute["community"], dispute["debtor"], dispute["line"]
        await hold_line(*where, held, HoldReason.dispute, dispute["id"], by.actor)
    task = {"department": dispute["department"], "due_on": changes["department_due"]}
    await steps.step(dispute, StepKind.reopened, body=body, **task)
    traced = {"department": dispute["department"]} if dispute["department"] else {}
    await steps.leave_trace(
        by, AuditVerb.DISPUTE_REOPENED, dispute, **traced, **({"amount": disputed} if disputed else {})
    )


async def disputed_now(dispute: Record) -> Money:
    """The part of the disputed sum that no decision has credited yet; zero if no sum is in dispute."""
    if dispute["amount"] is None:
        return ZERO
    given = await fetch_value(
        "SELECT coalesce(sum(amount), 0)::bigint FROM decision WHERE dispute = $1 AND final_at IS NOT NULL",
        dispute["id"],
    )
    return Money(dispute["amount"] - given)


def _sum_in_dispute(amount: Money | None, line: DisputableLine) -> Money:
    amount = line.free if amount is None else amount
    if amount <= ZERO:
        raise Invalid("amount", NOT_A_SUM)
    if amount > line.free:
        raise Invalid("amount", ABOVE, free=line.free)
    return amount


async def drawn(photos: Sequence[Sent]) -> list[Encoded]:
    """The owner's photos, re-encoded. Raises Invalid for too many or for one that cannot be read."""
    if len(photos) > MOST_PHOTOS:
        raise Invalid("photos", TOO_MANY, most=MOST_PHOTOS)
    return await encode(photos)


async def enter(
    by: Principal,
    dispute: UUID,
    about: Mapping[str, Any],
    reason: DisputeReason,
    body: str,
    photos: Sequence[Encoded],
) -> Record:
    """A new dispute with its first step and its photos; `about` has community, debtor, and line and amount or service.

    Part of the caller's unit of work.
    """
    due = await steps.fresh_deadlines(about["community"])
    row = await fetch_one(
        "INSERT INTO dispute (id, community, debtor, line, amount, service, opened_by, reason, body, state, version,"
        " opened_at, round_began_at, acknowledge_by, reply_by, close_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', 1, $10, $10, $11, $12, $13) RETURNING *",
        dispute,
        about["community"],
        about["debtor"],
        about.get("line"),
        about.get("amount"),
        about.get("service"),
        by.human,
        reason.value,
        body,
        due["round_began_at"],
        due["acknowledge_by"],
        due["reply_by"],
        due["close_by"],
    )
    assert row is not None
    await keep_photos(row["community"], f"dispute:{dispute}", by.actor, photos)
    speaker = await staff_of(by, row["community"]) if by.audience is Audience.staff else None  # for the owner
    await steps.step(row, StepKind.opened, staff=speaker, body=body)
    return row


async def tell_opened(dispute: Record, **facts: Any) -> None:
    """Notify the owners that the desk has it, and by when they get an answer."""
    await tell_debtor(
        dispute["debtor"],
        NoticeKind.dispute_opened,
        community=dispute["community"],
        subject=f"dispute:{dispute['id']}",
        link=f"/disputes/{dispute['id']}",
        reply_by=dispute["reply_by"],
        **await steps.facts_of(dispute),
        **facts,
    )


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
    if dispute["service"]:
        await steps.lock_service(dispute["debtor"], dispute["service"])
    other = await fetch(
        "SELECT FROM dispute WHERE (line = $1 OR service = $2 AND debtor = $3) AND id <> $4 AND state = ANY($5)",
        dispute["line"],
        dispute["service"],
        dispute["debtor"],
        dispute["id"],
        [state.value for state in LIVE],
    )
    if other:
        raise Refused(OTHER)
