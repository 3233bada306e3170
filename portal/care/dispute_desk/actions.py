"""The desk's actions: take on a dispute, ask the owner, pass it on, report, decide, approve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.care.dispute_desk.steps import acknowledged, credited_within_a_year, last_decision, live, replied, tell
from portal.care.disputes import steps
from portal.care.disputes.actions import disputed_now
from portal.care.disputes.rules import credited, resumed
from portal.care.disputes.states import DisputeState, Outcome, PhotoKind, StepKind
from portal.care.holds.actions import release
from portal.fees.receivables.states import AdjustmentKind
from portal.kit import clock
from portal.kit.errors import Forbidden, Invalid, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.money.corrections.actions import credit_line
from portal.people.estates.queries import today_in
from portal.people.notices.states import NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import known_department, staff_of
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, retrying, unit_of_work
from portal.platform.files.actions import Sent, encode, keep_photos
from portal.platform.files.photos import Encoded

PROPOSED = N_("%(who)s proposed a decision on %(when)s: %(outcome)s, %(amount)s credited. It is waiting for approval.")
CHANGED = N_("This dispute has changed since you opened the page. Please read it and decide again.")
NOTHING_PROPOSED = N_("There is no decision waiting for approval.")
NOT_YOURS = N_("You made this proposal yourself. Another manager has to approve it.")
PAST = N_("Choose today or a later day.")


@retrying
async def claim(by: Principal, dispute: UUID) -> None:
    """Take on a dispute and notify the owner; others can still work on it. Raises Missing, Refused once decided."""
    async with unit_of_work(by):
        row = await live(by, dispute)
        me = await staff_of(by, row["community"])
        if row["claimed_by"] == me:
            return
        await steps.move(row, None, claimed_by=me, **acknowledged(row))
        await steps.step(row, StepKind.claimed, staff=me)
        await steps.leave_trace(by, AuditVerb.DISPUTE_CLAIMED, row)


@retrying
async def ask(by: Principal, dispute: UUID, text: str) -> None:
    """Ask the owner a question; the clock stops until the answer. Raises Missing or Refused."""
    async with unit_of_work(by):
        row = await live(by, dispute)
        me = await staff_of(by, row["community"])
        await steps.move(row, DisputeState.asked, **replied(row, me))
        await fetch(
            "INSERT INTO dispute_pause (id, community, dispute, starts_at) VALUES (gen_random_uuid(), $1, $2, $3)",
            row["community"],
            row["id"],
            clock.now(),
        )
        made = await steps.step(row, StepKind.asked, staff=me, body=text)
        await steps.leave_trace(by, AuditVerb.DISPUTE_ASKED, row)
        await tell(row, NoticeKind.dispute_asked, made, question=text)


@retrying
async def route(by: Principal, dispute: UUID, department: str, due_on: date, text: str = "") -> None:
    """Pass it to a department with a deadline; `text` is for the department only.

    Raises Missing, Refused, and Invalid for a day in the past or a department in which nobody works.
    """
    async with unit_of_work(by):
        row = await live(by, dispute)
        if due_on < await today_in(row["community"]):
            raise Invalid("due_on", PAST)
        await known_department(row["community"], department)
        me = await staff_of(by, row["community"])
        await steps.end_pause(row)
        changes = replied(row, me) | {"department": department, "department_due": due_on}
        await steps.move(row, DisputeState.routed, **changes)
        made = await steps.step(row, StepKind.routed, staff=me, note=text, department=department, due_on=due_on)
        await steps.leave_trace(by, AuditVerb.DISPUTE_ROUTED, row, department=department, due_on=due_on)
        await tell(row, NoticeKind.dispute_routed, made, department=department, due_on=due_on)


@retrying
async def decide(
    by: Principal, dispute: UUID, outcome: Outcome, amount: Money | None, text: str, *, version: int | None = None
) -> bool:
    """Decide with reasons. True if it is final, False if the sum needs another manager's approval first.

    The limit counts all credits of the debtor within a year, so that splitting a sum does not avoid it.
    In one transaction, the credit becomes a credit note that points to the dispute, and the hold ends. `version` is
    what the decider saw. Raises Missing, Invalid("amount"), and Refused, with what happened, if somebody else decided,
    the owner withdrew, or the dispute changed.
    """
    async with unit_of_work(by):
        row = await live(by, dispute, deciding=True)
        if row["state"] == DisputeState.awaiting_approval:
            raise Refused(PROPOSED, **await last_decision(row["id"]))
        if version is not None and version != row["version"]:
            raise Refused(CHANGED)
        me = await staff_of(by, row["community"])
        await steps.lock_credits(row["debtor"])
        sum_ = credited(outcome, amount, await disputed_now(row))
        decision = await fetch_one(
            "INSERT INTO decision (id, community, dispute, round, outcome, amount, body, decided_by, decided_at)"
            " SELECT gen_random_uuid(), $1, $2, 1 + count(*), $3, $4, $5, $6, $7 FROM decision WHERE dispute = $2"
            " RETURNING *",
            row["community"],
            row["id"],
            outcome.value,
            sum_.fen,
            text,
            me,
            clock.now(),
        )
        assert decision is not None
        if final := not sum_ or await credited_within_a_year(row["debtor"]) + sum_ <= await _approval_limit(row):
            await _finish(by, row, decision, made_by=by.actor, staff=me)
        else:
            await steps.end_pause(row)
            await steps.move(row, DisputeState.awaiting_approval, **replied(row, me))
            await steps.step(row, StepKind.proposed, staff=me, note=text)
            await steps.leave_trace(by, AuditVerb.DISPUTE_PROPOSED, row, outcome=outcome, amount=sum_)
        return final


@retrying
async def approve(by: Principal, dispute: UUID, *, agree: bool = True, text: str = "") -> None:
    """Another manager's answer to a large decision: it becomes final, or goes back to be decided again.

    Raises Missing, Forbidden for anybody but a manager there, and Refused for the proposer and if nothing waits.
    """
    async with unit_of_work(by):
        row = await live(by, dispute, deciding=True)
        if not by.may(row["community"], May.approve_decisions):
            raise Forbidden
        if row["state"] != DisputeState.awaiting_approval:
            raise Refused(NOTHING_PROPOSED)
        me = await staff_of(by, row["community"])
        decision = await fetch_one(
            "SELECT * FROM decision WHERE dispute = $1 AND final_at IS NULL ORDER BY round DESC LIMIT 1", row["id"]
        )
        assert decision is not None
        await steps.lock_credits(row["debtor"])
        if decision["decided_by"] == me:
            raise Refused(NOT_YOURS)
        if agree:
            proposer = await fetch_value("SELECT human FROM staff WHERE id = $1", decision["decided_by"])
            await _finish(by, row, decision, made_by=f"staff:{proposer}", staff=decision["decided_by"], approver=me)
        else:
            await steps.move(row, resumed(steps.has_task(row), steps.was_reopened(row)))
            await steps.step(row, StepKind.returned, staff=me, note=text)
            await steps.leave_trace(by, AuditVerb.DISPUTE_RETURNED, row)


async def _finish(
    by: Principal, dispute: Record, decision: Record, *, made_by: str, staff: UUID, approver: UUID | None = None
) -> None:
    """Make a decision final: its money, the end of the hold, the history and the notice, in one transaction."""
    sum_, outcome = Money(decision["amount"]), Outcome(decision["outcome"])
    await release(dispute["id"], by=by.actor, why="decided")
    adjustment = None
    if sum_:
        adjustment = await credit_line(
            dispute["line"],
            sum_,
            kind=AdjustmentKind.credit_note,
            reason=decision["body"],
            made_by=made_by,
            approved_by=by.actor if approver else None,
            source=dispute["id"],
            on=await today_in(dispute["community"]),
        )
    await fetch(
        "UPDATE decision SET adjustment = $2, approved_by = $3, final_at = $4 WHERE id = $1",
        decision["id"],
        adjustment,
        approver,
        clock.now(),
    )
    await steps.end_pause(dispute)
    await steps.move(dispute, DisputeState.decided, **replied(dispute, staff))
    made = await steps.step(dispute, StepKind.decided, staff=staff, body=decision["body"])
    facts: dict[str, Any] = {"outcome": outcome, "amount": sum_}
    await steps.leave_trace(by, AuditVerb.DISPUTE_DECIDED, dispute, adjustment=adjustment, made_by=made_by, **facts)
    await tell(dispute, NoticeKind.dispute_decided, made, reason=decision["body"], **facts)


async def _approval_limit(dispute: Record) -> Money:
    return Money(await fetch_value("SELECT approval_limit FROM community WHERE id = $1", dispute["community"]))


NO_TASK = N_("No department is working on this. Pass the dispute to a department first, so that it can report back.")
FIELDS = {PhotoKind.before: "before", PhotoKind.after: "after", PhotoKind.other: "photos"}


@retrying
async def rectify(
    by: Principal, dispute: UUID, text: str, photos: Mapping[PhotoKind, Sequence[Sent]] | None = None
) -> None:
    """Record what the department did, in words and photos that the owner sees; this completes its task.

    A question to the owner and a proposed decision stay as they are. Raises Missing, Refused if no department has a
    task, and Invalid at the field of a photo that cannot be read.
    """
    drawn = {kind: await _drawn(kind, sent) for kind, sent in (photos or {}).items()}
    async with unit_of_work(by):
        row = await live(by, dispute)
        if not steps.has_task(row):
            raise Refused(NO_TASK)
        me = await staff_of(by, row["community"])
        to = resumed(False, steps.was_reopened(row)) if row["state"] == DisputeState.routed else None
        await steps.move(row, to, department_due=None, **replied(row, me))
        department = row["department"]
        made = await steps.step(row, StepKind.rectified, staff=me, body=text, department=department)
        for kind, shown in drawn.items():
            await keep_photos(row["community"], steps.photos_at(made, kind), by.actor, shown)
        kept = sum(len(shown) for shown in drawn.values())
        await steps.leave_trace(by, AuditVerb.DISPUTE_RECTIFIED, row, department=department, photos=kept)
        await tell(row, NoticeKind.dispute_rectified, made, department=department, done=text)


async def _drawn(kind: PhotoKind, sent: Sequence[Sent]) -> list[Encoded]:
    try:
        return await encode(sent)
    except Invalid as error:
        raise Invalid(FIELDS[kind], error.sentence.text, **error.sentence.facts) from None
