"""Expenses for the committee and the desk, and the panel of members' own payments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.accounts.committee.actions import SEATED
from portal.accounts.committee.rules import state_of
from portal.accounts.committee.states import ExpenseState, Standing
from portal.accounts.statements.states import StatementFund
from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, reading

LISTED = 50

_ROWS = """
SELECT e.*, c.name AS estate, c.timezone, v.in_favour, v.against, v.notes, v.mine, m.amount AS spent, m.on_day
FROM committee_expense e JOIN community c ON c.id = e.community
LEFT JOIN committee_spending s ON s.expense = e.id LEFT JOIN common_movement m ON m.id = s.movement
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE in_favour) AS in_favour,
  count(*) FILTER (WHERE NOT in_favour) AS against,
  coalesce(array_agg(note ORDER BY md5(id::text)) FILTER (WHERE note IS NOT NULL), '{}') AS notes,
  coalesce(bool_or(person = ANY($2)), false) AS mine FROM committee_vote WHERE expense = e.id) v
"""
# Money spent without the committee, if all payments for one purpose within a year exceed the threshold: splitting an
# expense does not avoid the rule. A number or a part (第二期, 三标段) is not another purpose.
_UNASKED = """
WITH spent AS (
  SELECT m.*, coalesce(nullif(regexp_replace(plain_text(m.purpose),
    '第[0-9一二三四五六七八九十]+|[0-9一二三四五六七八九十]*(期|次|批|笔|标段|阶段)|[-()]|[0-9]+$', '', 'g'), ''),
    m.purpose) AS meant
  FROM common_movement m WHERE m.community = $1 AND m.amount < 0
   AND NOT EXISTS (SELECT FROM committee_spending s WHERE s.movement = m.id)
), summed AS (
  SELECT *, -(sum(amount) OVER year)::bigint AS in_year, count(*) OVER year AS parts FROM spent WINDOW year AS (
    PARTITION BY pot, meant ORDER BY on_day RANGE BETWEEN '365 days'::interval PRECEDING AND CURRENT ROW)
)
SELECT * FROM summed WHERE in_year > $2::bigint ORDER BY on_day DESC, id LIMIT $3
"""
# Whether a part of a person's bills is overdue on day $2 and not on hold.
_STANDING = """
SELECT p.id, p.name, string_agg(DISTINCT k.post, '、' ORDER BY k.post) AS post,
  coalesce((SELECT given FROM committee_consent n WHERE n.person = p.id ORDER BY at DESC, n.id DESC LIMIT 1), false)
    AS given,
  EXISTS (SELECT FROM debtor_member d CROSS JOIN LATERAL owed_by(d.debtor) o
    WHERE d.person = p.id AND o.due_on < $2 AND o.outstanding > o.held + o.covered
    AND NOT EXISTS (SELECT FROM hold h WHERE h.debtor = d.debtor AND h.line IS NULL AND h.released_at IS NULL))
    AS overdue
FROM committee_post k JOIN person p ON p.id = k.person
WHERE k.community = $1 AND (k.starts_on IS NULL OR k.starts_on <= $2) AND (k.ends_on IS NULL OR k.ends_on >= $2)
GROUP BY p.id, p.name ORDER BY post, p.name
"""


@dataclass(frozen=True)
class ExpenseRow:
    """An expense with the number of votes for and against; nobody sees who voted how. `spent` once it was."""

    id: UUID
    estate: str
    zone: str
    fund: StatementFund
    amount: Money
    purpose: str
    reason: str
    asked_at: datetime
    members: int
    in_favour: int
    against: int
    notes: list[str]
    voted: bool
    seated: bool
    spent: Money | None
    spent_on: date | None

    @property
    def state(self) -> ExpenseState:
        """Whether it is approved, refused or still open."""
        return state_of(self.members, self.in_favour, self.against)

    @property
    def silent(self) -> int:
        """How many have not voted yet."""
        return max(0, self.members - self.in_favour - self.against)

    @property
    def is_open(self) -> bool:
        """Whether votes still count."""
        return self.state is ExpenseState.open

    @property
    def may_vote(self) -> bool:
        """Whether the reader may still vote."""
        return self.is_open and self.seated and not self.voted

    @property
    def can_be_spent(self) -> bool:
        """Whether it may be recorded as a movement of all owners' money."""
        in_pots = self.fund is not StatementFund.service_fee
        return in_pots and self.spent is None and self.state is ExpenseState.approved


@dataclass(frozen=True)
class Unasked:
    """Money of all owners that was spent above the threshold without asking the committee.

    Payments for one purpose count together: `in_year` is the sum of `parts` payments in the year up to this one.
    """

    id: UUID
    purpose: str
    amount: Money
    on_day: date
    decided_by: str
    in_year: Money
    parts: int


@dataclass(frozen=True)
class Spending:
    """The threshold of an estate's contract (None: there is none), the expenses asked for, and those not asked for."""

    threshold: Money | None
    expenses: list[ExpenseRow]
    unasked: list[Unasked]


@dataclass(frozen=True)
class Panel:
    """Whether members have paid their own bills: all members if a rule requires it, otherwise those who agreed.

    `mine` says whether the reader agreed; None for others than members. `untold` is how many are not shown.
    """

    rule: str
    members: list[tuple[str, str, Standing]]
    untold: int
    mine: bool | None


@dataclass(frozen=True)
class DeskSpending:
    """The same for one estate at the desk."""

    id: int
    name: str
    spending: Spending


async def spending_of(community: int, persons: Sequence[UUID] = ()) -> Spending:
    """The spending of one estate, as these persons may read it; in the caller's transaction."""
    threshold = await fetch_value("SELECT expense_limit FROM community WHERE id = $1", community)
    rows = await fetch(
        _ROWS + " WHERE e.community = $1 ORDER BY e.asked_at DESC, e.id LIMIT $3", community, list(persons), LISTED
    )
    unasked = await fetch(_UNASKED, community, threshold, LISTED)
    return Spending(
        None if threshold is None else Money(threshold),
        [_row(row) for row in rows],
        [
            Unasked(
                id=one["id"],
                purpose=one["purpose"],
                amount=-Money(one["amount"]),
                on_day=one["on_day"],
                decided_by=one["decided_by"],
                in_year=Money(one["in_year"]),
                parts=one["parts"],
            )
            for one in unasked
        ],
    )


@reading
async def spending_at(by: Principal) -> list[DeskSpending]:
    """The spending of each estate whose money the reader looks after."""
    rows = await fetch(
        "SELECT id, name FROM community WHERE id = ANY($1) ORDER BY code", list(by.where(May.read_expenses))
    )
    return [DeskSpending(id=row["id"], name=row["name"], spending=await spending_of(row["id"])) for row in rows]


@reading
async def expense_at(by: Principal, expense: UUID) -> ExpenseRow:
    """One expense at the desk. Raises Missing for another estate's."""
    return await _one(expense, by.where(May.read_expenses), ())


@reading
async def expense_of(by: Principal, expense: UUID) -> ExpenseRow:
    """One expense, for a member. Raises Missing for another committee's."""
    return await _one(expense, by.committees, by.persons)


async def panel_of(community: int, rule: str, persons: Sequence[UUID], today: date) -> Panel:
    """The panel of an estate; `rule` is the source that requires it, or empty. In the caller's transaction."""
    rows = await fetch(_STANDING, community, today)
    seen = [row for row in rows if rule or row["given"]]
    return Panel(
        rule,
        [(row["post"], row["name"], Standing.overdue if row["overdue"] else Standing.clear) for row in seen],
        len(rows) - len(seen),
        next((row["given"] for row in rows if row["id"] in persons), None),
    )


async def _one(expense: UUID, communities: Sequence[int], persons: Sequence[UUID]) -> ExpenseRow:
    row = await fetch_one(
        _ROWS + " WHERE e.id = $1 AND e.community = ANY($3)", expense, list(persons), list(communities)
    )
    if row is None:
        raise Missing
    posts = await fetch(SEATED, row["community"], clock.today(row["timezone"]))
    return _row(row, seated=any(post["votes"] and post["person"] in persons for post in posts))


def _row(row: Any, *, seated: bool = False) -> ExpenseRow:
    return ExpenseRow(
        id=row["id"],
        estate=row["estate"],
        zone=row["timezone"],
        fund=StatementFund(row["fund"]),
        amount=Money(row["amount"]),
        purpose=row["purpose"],
        reason=row["reason"],
        asked_at=row["asked_at"],
        members=row["members"],
        in_favour=row["in_favour"],
        against=row["against"],
        notes=list(row["notes"]),
        voted=row["mine"],
        seated=seated,
        spent=None if row["spent"] is None else -Money(row["spent"]),
        spent_on=row["on_day"],
    )
