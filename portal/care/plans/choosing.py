"""Which lines a plan covers: what the form offers, what is payable of it, and who owes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.care.plans.rules import Part, schedule
from portal.care.plans.states import LIVE
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_, Bilingual
from portal.kit.money import Money, total
from portal.kit.period import Month
from portal.money.payments.choosing import chosen, lock_bills
from portal.people.estates.queries import today_in
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, reading

NO_BILL = N_("Choose at least one bill.")
NOTHING_LEFT = N_("These bills have nothing left to pay.")
ONE_ALREADY = N_(
    "There is already a plan or a request for this home. Only one is possible at a time; look at that one first."
)
CHANGED = N_(
    "The amount owed has changed since you asked for this plan. Withdraw it and ask for a new plan for what is left."
)


@dataclass(frozen=True)
class Wanted:
    """The sums to pay in instalments: what is payable of each line now, and the parts."""

    community: int
    debtor: UUID
    today: date
    lines: tuple[tuple[UUID, Money], ...]
    parts: tuple[Part, ...]

    @property
    def total(self) -> Money:
        """The sum of the plan; nothing under review is in it."""
        return total(amount for _line, amount in self.lines)


async def wanted(by: Principal, bills: Sequence[UUID], instalments: int, first_on: date, *, lock: bool) -> Wanted:
    """A plan for what is asked for these bills now, without the maintenance fund.

    `lock` locks the bills until the unit of work ends. Raises Missing for bills that the person does not owe (a tenant
    may pay, but not plan), Refused if nothing is payable, Invalid for bills of two homes, and for a number of
    instalments or a first date that is not allowed.
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
    """Raises Missing unless these persons owe all of the bills."""
    rows = await fetch(
        "SELECT DISTINCT bill FROM bill_reader WHERE owes AND bill = ANY($1::uuid[]) AND person = ANY($2::uuid[])",
        list(bills),
        list(persons),
    )
    if len(rows) != len(set(bills)):
        raise Missing


async def still_owed(plan: UUID, otherwise: str) -> None:
    """Raises Refused with `otherwise` if less is asked for the lines now than was planned."""
    short = await fetch_value(
        "SELECT bool_or(o.line IS NULL OR o.fund OR o.outstanding - o.held - o.covered < pl.amount) FROM plan p"
        " JOIN plan_line pl ON pl.plan = p.id LEFT JOIN owed_by((SELECT debtor FROM plan WHERE id = $1)) o"
        "   ON o.line = pl.line WHERE p.id = $1",
        plan,
    )
    if short:
        raise Refused(otherwise)


@dataclass(frozen=True)
class OfferedBill:
    """A bill that can go into a plan."""

    id: UUID
    unit: str
    estate: str
    period: Month
    due_on: date
    payable: Money


@dataclass(frozen=True)
class Offer:
    """The bills that can go into a plan, those chosen, and a live plan that prevents another one, if any."""

    bills: list[OfferedBill]
    chosen: list[UUID]
    live: UUID | None
    today: date


@dataclass(frozen=True)
class Preview:
    """How a plan would look."""

    total: Money
    parts: tuple[Part, ...]


@reading
async def offer_to(by: Principal, bills: Sequence[UUID]) -> Offer:
    """What a person may ask instalments for; `bills` are chosen. Raises Missing if one of them is not theirs."""
    await refuse_not_owed(bills, by.persons)
    rows = await fetch(
        "SELECT b.id, b.debtor, u.name AS unit, c.name AS estate, b.period, b.due_on,"
        " w.outstanding - w.held - coalesce(v.covered, 0) - w.fund AS payable, c.timezone"
        " FROM bill b JOIN bill_balance w ON w.bill = b.id LEFT JOIN covered_bills(ARRAY("
        "   SELECT debtor FROM debtor_member WHERE person = ANY($1::uuid[]))) v ON v.bill = b.id"
        " JOIN unit u ON u.id = b.unit JOIN community c ON c.id = b.community"
        " WHERE w.outstanding > w.held + coalesce(v.covered, 0) + w.fund AND w.state <> 'replaced'"
        " AND EXISTS (SELECT FROM bill_reader r WHERE r.bill = b.id AND r.owes AND r.person = ANY($1::uuid[]))"
        " ORDER BY u.sort_key, u.name, b.due_on, b.number",
        list(by.persons),
    )
    live = await fetch_one(
        "SELECT p.id FROM plan p JOIN debtor_member m ON m.debtor = p.debtor WHERE m.person = ANY($1::uuid[])"
        " AND p.state = ANY($3)"
        " AND ($2::uuid[] = '{}' OR p.debtor IN (SELECT debtor FROM bill WHERE id = ANY($2)))"
        " ORDER BY p.asked_at DESC LIMIT 1",
        list(by.persons),
        list(bills),
        [state.value for state in LIVE],
    )
    offered = [
        OfferedBill(
            id=row["id"],
            unit=row["unit"],
            estate=row["estate"],
            period=Month.parse(row["period"]),
            due_on=row["due_on"],
            payable=Money(row["payable"]),
        )
        for row in rows
    ]
    one_home = len({row["debtor"] for row in rows}) == 1
    chosen = list(bills) or ([bill.id for bill in offered] if one_home else [])
    today = clock.today(rows[0]["timezone"] if rows else "Asia/Shanghai")
    return Offer(offered, chosen, live["id"] if live else None, today)


@reading
async def preview(by: Principal, bills: Sequence[UUID], instalments: int, first_on: date) -> Preview:
    """The dates and sums of a plan before it is asked for. Raises as `wanted` does."""
    asked = await wanted(by, bills, instalments, first_on, lock=False)
    return Preview(asked.total, asked.parts)


@dataclass(frozen=True)
class PlanLineRow:
    """A line in a plan. `payable` is what is asked for it now, without what is under review or covered by credit."""

    bill: UUID
    line: UUID
    period: Month
    item: Bilingual
    due_on: date
    amount: Money
    payable: Money


async def lines_of(plan: UUID) -> list[PlanLineRow]:
    """The lines of a plan as they are now, the earliest due first; part of the caller's unit of work."""
    rows = await fetch(
        "SELECT l.bill, l.id, b.period, i.name_zh, i.name_en, b.due_on, pl.amount,"
        " coalesce(o.outstanding - o.held - o.covered, 0) AS payable FROM plan_line pl"
        " JOIN bill_line l ON l.id = pl.line JOIN bill b ON b.id = l.bill JOIN charge_item i ON i.id = l.item"
        " LEFT JOIN owed_by((SELECT debtor FROM plan WHERE id = $1)) o ON o.line = l.id"
        " WHERE pl.plan = $1 ORDER BY b.due_on, b.number, l.position",
        plan,
    )
    return [
        PlanLineRow(
            bill=row["bill"],
            line=row["id"],
            period=Month.parse(row["period"]),
            item=Bilingual(row["name_zh"], row["name_en"]),
            due_on=row["due_on"],
            amount=Money(row["amount"]),
            payable=Money(row["payable"]),
        )
        for row in rows
    ]
