"""Which lines a plan is made of: all that is payable of the chosen bills, owed by the one who asks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.care.plans.rules import Part, schedule
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money, total
from portal.money.payments.choosing import chosen, lock_bills
from portal.people.estates.queries import today_in
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_value

NO_BILL = N_("Choose at least one bill.")
NOTHING_LEFT = N_("Nothing is left to pay of these bills.")
LIVE = N_("There is already a plan or a request for this home. Look at it first; one plan at a time is possible.")
CHANGED = N_(
    "What is owed has changed since this plan was asked for. Withdraw it and ask for a new plan for what is left."
)


@dataclass(frozen=True)
class Wanted:
    """What would be paid in parts: the sum payable of each line now, and the parts."""

    community: int
    debtor: UUID
    today: date
    lines: tuple[tuple[UUID, Money], ...]
    parts: tuple[Part, ...]

    @property
    def total(self) -> Money:
        """The sum of the plan: nothing under review is in it."""
        return total(amount for _line, amount in self.lines)


async def wanted(by: Principal, bills: Sequence[UUID], instalments: int, first_on: date, *, lock: bool) -> Wanted:
    """A plan for what is asked for these bills now, without the maintenance fund.

    `lock` holds the bills until the unit of work ends.
    Raises Missing for bills the person does not owe (a tenant may pay, not plan), Refused when nothing is payable,
    Invalid for bills of two homes, a number of instalments or a first date that cannot be.
    """
    if not bills:
        raise Invalid("bill", NO_BILL)
    await refuse_not_owed(bills, by.persons)
    if lock:
        await lock_bills(bills)
    choice = await chosen(bills, ())
    lines = tuple((one.line, one.free - one.covered) for one in choice.lines if one.free > one.covered and not one.fund)
    if not lines:
        raise Refused(NOTHING_LEFT)
    today = await today_in(choice.community)
    parts = schedule(total(amount for _line, amount in lines), instalments, first_on, today)
    return Wanted(choice.community, choice.debtor, today, lines, parts)


async def refuse_not_owed(bills: Collection[UUID], persons: Collection[UUID]) -> None:
    """Raises Missing unless these persons owe every one of the bills."""
    rows = await fetch(
        "SELECT DISTINCT bill FROM bill_reader WHERE owes AND bill = ANY($1::uuid[]) AND person = ANY($2::uuid[])",
        list(bills),
        list(persons),
    )
    if len(rows) != len(set(bills)):
        raise Missing


async def still_owed(plan: UUID, otherwise: str) -> None:
    """Raises Refused with `otherwise` when less is asked for the lines than planned: a plan is built on facts."""
    short = await fetch_value(
        "SELECT bool_or(o.line IS NULL OR o.fund OR o.outstanding - o.held - o.covered < pl.amount) FROM plan p"
        " JOIN plan_line pl ON pl.plan = p.id LEFT JOIN owed_by((SELECT debtor FROM plan WHERE id = $1)) o"
        "   ON o.line = pl.line WHERE p.id = $1",
        plan,
    )
    if short:
        raise Refused(otherwise)
