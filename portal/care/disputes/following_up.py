"""Ask owners once whether it is really fixed, four weeks after the decision or the department's report."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from portal.care.disputes import steps
from portal.care.disputes.actions import begin_again
from portal.care.disputes.queries import question_about
from portal.care.disputes.rules import FOUR_WEEKS
from portal.care.disputes.states import Fixed, StepKind
from portal.homes.units.debtors import tell_debtor
from portal.kit import clock
from portal.kit.errors import Refused
from portal.kit.i18n import N_
from portal.people.notices.states import Channel, NoticeKind
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, retrying, unit_of_work

ANSWERED = N_("This question has already been answered. See the dispute for its current state.")
NOT_ASKED = N_("There is nothing to answer now. See the dispute for its current state.")
JOB = "job:rounds"
# Nobody has a task in these, and the owner was not asked in this round.
DUE = (
    "SELECT d.id FROM dispute d JOIN community c ON c.id = d.community CROSS JOIN LATERAL"
    "  (SELECT max(t.at) AS at FROM dispute_step t"
    "   WHERE t.dispute = d.id AND t.kind IN ('accepted', 'rectified') AND t.at >= d.round_began_at) done"
    " WHERE (d.state IN ('decided', 'accepted') OR d.state IN ('open', 'reopened') AND d.department_due IS NULL)"
    " AND (done.at AT TIME ZONE c.timezone)::date <= $1 AND NOT EXISTS"
    "  (SELECT FROM follow_up f WHERE f.dispute = d.id AND f.round_began_at = d.round_began_at)"
)


async def disputes_to_follow_up(community: int, on: date) -> list[UUID]:
    """All disputes of an estate whose owners are to be asked by this day."""
    async with unit_of_work(community, read_only=True):
        return [row["id"] for row in await fetch(DUE + " ORDER BY d.id", on - FOUR_WEEKS)]


@retrying
async def ask_if_fixed(community: int, dispute: UUID, on: date) -> bool:
    """Ask its owners, once; False if they were asked, or something else happened meanwhile."""
    async with unit_of_work(community):
        row = await fetch_one("SELECT * FROM dispute WHERE id = $1 FOR NO KEY UPDATE", dispute)
        if row is None or not await fetch(DUE + " AND d.id = $2", on - FOUR_WEEKS, dispute):
            return False
        asked = await fetch_value(
            "INSERT INTO follow_up (id, community, dispute, round_began_at, asked_at)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4) RETURNING id",
            community,
            dispute,
            row["round_began_at"],
            clock.now(),
        )
        subject = f"dispute:{dispute}"
        await record(JOB, AuditVerb.DISPUTE_FOLLOWED_UP, subject, community=community)
        await tell_debtor(
            row["debtor"],
            NoticeKind.dispute_follow_up,
            community=community,
            subject=subject,
            link=f"/disputes/{dispute}/follow-up",
            period=str(asked),
            channels=(Channel.inbox, Channel.sms),
            **await steps.facts_of(row),
        )
    return True


@retrying
async def answer_follow_up(by: Principal, dispute: UUID, fixed: Fixed, body: str = "") -> None:
    """The owner's answer: yes closes the question, no reopens the work.

    Raises Missing, and Refused if nothing is asked, it was answered, or another dispute is open about the same.
    """
    async with unit_of_work(by):
        row = await steps.dispute_of(by, dispute)
        asked = await question_about(dispute)
        if asked is not None and asked.answer is not None:
            raise Refused(ANSWERED)
        if asked is None or not asked.is_open:
            raise Refused(NOT_ASKED)
        await fetch(
            "UPDATE follow_up SET answer = $2, answered_by = $3, answered_at = $4 WHERE id = $1",
            asked.id,
            fixed.value,
            by.human,
            clock.now(),
        )
        if fixed is Fixed.no:
            await begin_again(by, row, body)
        else:
            await steps.move(row, None)
            await steps.step(row, StepKind.confirmed, body=body)
            await steps.leave_trace(by, AuditVerb.DISPUTE_CONFIRMED, row)
