"""Ask a committee about an expense, vote on it and record its cost; record a member's consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from portal.accounts.committee.rules import state_of
from portal.accounts.committee.states import ExpenseState, Voice
from portal.accounts.common_areas.actions import Movement, put_movement
from portal.accounts.common_areas.states import Pot
from portal.accounts.statements.states import StatementFund
from portal.homes.units.personal_data import no_personal_data
from portal.kit import clock
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.kit.money import Money
from portal.people.notices.actions import tell
from portal.people.notices.states import NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_one, fetch_value, retrying, unit_of_work

UNSAID = N_(
    "It is not recorded which committee members have a vote. Enter yes or no in the column votes of committee.csv."
)
# Who holds a post on the committee of estate $1 on day $2, and whether it has a vote, NULL where nobody said: an
# alternate's has none (业主大会和业主委员会指导规则 33), and no post tells by its name.
SEATED = """
SELECT person, bool_or(votes) AS votes, bool_or(votes IS NULL) AS unsaid FROM committee_post WHERE community = $1
 AND (starts_on IS NULL OR starts_on <= $2) AND (ends_on IS NULL OR ends_on >= $2) GROUP BY person
"""
COUNTED = """
SELECT e.*, count(v.id) FILTER (WHERE v.in_favour) AS in_favour, count(v.id) FILTER (WHERE NOT v.in_favour) AS against
FROM committee_expense e LEFT JOIN committee_vote v ON v.expense = e.id
"""


@dataclass(frozen=True)
class Wanted:
    """A planned expense: for which fund, how much at most, and why."""

    fund: StatementFund
    amount: Money
    purpose: str
    reason: str


@retrying
async def ask_committee(by: Principal, community: int, wanted: Wanted, *, once: str | None = None) -> UUID:
    """Ask all members of the committee to approve an expense, notify them, and return its id. Safe to send twice.

    Raises Missing without finance or manager there; Refused if the committee has no members or it is unknown who votes;
    Invalid for a sum of zero and for words that name a person.
    """
    if not wanted.amount > Money(0):
        raise Invalid("amount", N_("Enter an amount above zero."))
    if community not in by.where(May.ask_expenses):
        raise Missing
    async with unit_of_work(community):
        await no_personal_data(community, purpose=wanted.purpose, reason=wanted.reason)
        zone = await fetch_value("SELECT timezone FROM community WHERE id = $1", community)
        seated = await fetch(SEATED, community, clock.today(zone))
        if any(row["unsaid"] and not row["votes"] for row in seated):
            raise Refused(UNSAID)
        members = [row["person"] for row in seated if row["votes"]]
        if not members:
            raise Refused(N_("This estate has no committee members yet. Import committee.csv first."))
        key = id_of(by.human, once)
        made: UUID | None = await fetch_value(
            "INSERT INTO committee_expense (id, community, fund, amount, purpose, reason, members, once, asked_by,"
            " asked_at) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (once) DO NOTHING"
            " RETURNING id",
            community,
            wanted.fund.value,
            wanted.amount.fen,
            wanted.purpose,
            wanted.reason,
            len(members),
            key,
            await staff_of(by, community),
            clock.now(),
        )
        if made is None:
            value: UUID = await fetch_value("SELECT id FROM committee_expense WHERE once = $1", key)
            return value
        await tell(
            members, NoticeKind.expense_asked, community=community, subject=f"committee_expense:{made}",
            link=f"/committee/expenses/{made}", purpose=wanted.purpose, amount=wanted.amount,
        )  # fmt: skip
        await record(
            by.actor, AuditVerb.EXPENSE_ASKED, f"committee_expense:{made}", community=community, amount=wanted.amount
        )
    return made


@retrying
async def vote(by: Principal, expense: UUID, voice: Voice, note: str) -> None:
    """Vote for or against, once.

    Raises Missing for an expense of another committee, Forbidden without a vote today, Refused after the decision and
    for a second vote, Invalid for words that name a person.
    """
    async with unit_of_work(*by.committees):
        await advisory_lock(f"committee_expense:{expense}")
        row = await _counted(expense, by.committees)
        zone = await fetch_value("SELECT timezone FROM community WHERE id = $1", row["community"])
        seated = await fetch(SEATED, row["community"], clock.today(zone))
        person = next((one["person"] for one in seated if one["votes"] and one["person"] in by.persons), None)
        if person is None:
            raise Forbidden
        if state_of(row["members"], row["in_favour"], row["against"]) is not ExpenseState.open:
            raise Refused(N_("The committee has already decided."))
        await no_personal_data(row["community"], note=note)
        made = await fetch_value(
            "INSERT INTO committee_vote (id, community, expense, person, in_favour, note, at) VALUES"
            " (gen_random_uuid(), $1, $2, $3, $4, $5, $6) ON CONFLICT (expense, person) DO NOTHING RETURNING id",
            row["community"],
            expense,
            person,
            voice is Voice.in_favour,
            note or None,
            clock.now(),
        )
        if made is None:
            raise Refused(N_("You have already voted. Votes cannot be changed."))
        await record(by.actor, AuditVerb.EXPENSE_VOTED, f"committee_expense:{expense}", community=row["community"])


@retrying
async def spend(by: Principal, expense: UUID, amount: Money, on_day: date, decided_by: str) -> None:
    """Record what an approved expense cost, as a movement of all owners' money.

    Raises Missing without finance or manager there; Refused if it is not approved, was recorded already, or is paid
    from the service fee; Invalid for more than was approved, a future day, or words that name a person.
    """
    scope = by.where(May.ask_expenses)
    async with unit_of_work(*scope):
        await advisory_lock(f"committee_expense:{expense}")
        row = await _counted(expense, scope)
        if row["fund"] == StatementFund.service_fee:
            raise Refused(N_("What the service fee pays for is shown in the accounts."))
        if state_of(row["members"], row["in_favour"], row["against"]) is not ExpenseState.approved:
            raise Refused(N_("The committee has not approved this."))
        if await fetch_value("SELECT id FROM committee_spending WHERE expense = $1", expense):
            raise Refused(N_("This has already been recorded."))
        if not Money(0) < amount <= Money(row["amount"]):
            raise Invalid("amount", N_("Enter an amount above zero, and no more than was approved."))
        moved = Movement(
            pot=Pot(row["fund"]), amount=-amount, on_day=on_day, purpose=row["purpose"], decided_by=decided_by
        )
        movement = await put_movement(by, row["community"], moved, expense)
        await fetch(
            "INSERT INTO committee_spending (id, community, expense, movement) VALUES (gen_random_uuid(), $1, $2, $3)",
            row["community"],
            expense,
            movement,
        )


@retrying
async def consent(by: Principal, community: int, given: bool) -> None:
    """Let the committee see whether one's own bills are paid, or withdraw that. Raises Forbidden unless a member."""
    async with unit_of_work(community):
        zone = await fetch_value("SELECT timezone FROM community WHERE id = $1", community)
        seated = await fetch(SEATED, community, clock.today(zone))
        person = next((one["person"] for one in seated if one["person"] in by.persons), None)
        if person is None:
            raise Forbidden
        await advisory_lock(f"committee_consent:{person}")
        current = await fetch_value(
            "SELECT given FROM committee_consent WHERE person = $1 ORDER BY at DESC, id DESC LIMIT 1", person
        )
        if bool(current) is given:
            return
        await fetch(
            "INSERT INTO committee_consent (id, community, person, given, at)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4)",
            community,
            person,
            given,
            clock.now(),
        )
        verb = AuditVerb.STANDING_SHOWN if given else AuditVerb.STANDING_HIDDEN
        await record(by.actor, verb, f"community:{community}", community=community)


async def _counted(expense: UUID, communities: tuple[int, ...]) -> Any:
    row = await fetch_one(
        COUNTED + " WHERE e.id = $1 AND e.community = ANY($2) GROUP BY e.id", expense, list(communities)
    )
    if row is None:
        raise Missing
    return row
