"""What the counter shows: a home's open bills, and recent payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.kit.money import Money
from portal.kit.period import Month
from portal.money.payments.counter import Found, homes_meant
from portal.money.payments.states import PaymentState, Way
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch, reading


@dataclass(frozen=True)
class CounterBill:
    """An open bill of the home at the counter, with the names of those who owe it."""

    id: UUID
    number: int
    period: Month
    due_on: date
    outstanding: Money
    held: Money
    covered: Money
    owed_by: str

    @property
    def asked(self) -> Money:
        """Outstanding, less what is under review and what credit covers."""
        return self.outstanding - self.held - self.covered


@dataclass(frozen=True)
class CounterHome:
    """The home that was searched. `credits` are (name, sum): the seller's credit is not the buyer's."""

    id: UUID
    unit: str
    estate: str
    owners: str
    bills: list[CounterBill]
    credits: list[tuple[str, Money]]


@dataclass(frozen=True)
class DeskPayment:
    """A payment in the list of the desk."""

    id: UUID
    number: int
    unit: str
    estate: str
    amount: Money
    way: Way
    reference: str | None
    at: datetime
    state: PaymentState = PaymentState.posted


@dataclass(frozen=True)
class CounterPage:
    """The page /desk/payments. `home` is None until one is found; `meant` lists the homes if several fit."""

    home: CounterHome | None
    meant: list[Found]
    payments: list[DeskPayment]


@reading
async def counter_page(by: Principal, unit: str) -> CounterPage:
    """The counter of the estates where the reader may take money; `unit` is a common name, an id, or empty."""
    communities = list(by.where(May.read_payments))
    payments = await fetch_as(
        DeskPayment,
        "SELECT p.id, p.number, u.name AS unit, c.name AS estate, p.amount, p.method AS way, p.reference,"
        " p.posted_at AS at FROM payment p"
        " JOIN debtor d ON d.id = p.debtor JOIN unit u ON u.id = d.unit JOIN community c ON c.id = p.community"
        " WHERE p.community = ANY($1::int[])"
        " ORDER BY p.posted_at DESC, p.number DESC LIMIT 30",
        communities,
    )
    meant = await homes_meant(communities, unit, loosely=True)
    home = await _home(meant[0]) if len(meant) == 1 else None
    return CounterPage(home, meant if len(meant) > 1 else [], payments)


async def _home(home: Found) -> CounterHome:
    rows = await fetch(
        "SELECT b.id, b.number, b.period, b.due_on, bb.outstanding, bb.held, coalesce(v.covered, 0) AS covered,"
        " (SELECT names FROM debtor_names n WHERE n.debtor = b.debtor) AS owed_by"
        " FROM bill b JOIN bill_balance bb ON bb.bill = b.id"
        " LEFT JOIN covered_bills(ARRAY(SELECT id FROM debtor WHERE unit = $1)) v ON v.bill = b.id"
        " WHERE b.unit = $1 AND bb.outstanding > 0 AND bb.state <> 'replaced' ORDER BY b.due_on, b.number",
        home.id,
    )
    bills = [
        CounterBill(
            id=r["id"],
            number=r["number"],
            period=Month.parse(r["period"]),
            due_on=r["due_on"],
            outstanding=Money(r["outstanding"]),
            held=Money(r["held"]),
            covered=Money(r["covered"]),
            owed_by=r["owed_by"] or "",
        )
        for r in rows
    ]
    credits = await fetch(
        "SELECT n.names, sum(c.amount)::bigint AS fen FROM credit c JOIN debtor d ON d.id = c.debtor"
        " JOIN debtor_names n ON n.debtor = d.id WHERE d.unit = $1"
        " GROUP BY d.id, n.names HAVING sum(c.amount) <> 0 ORDER BY n.names",
        home.id,
    )
    owners = "、".join(dict.fromkeys(bill.owed_by for bill in bills))
    return CounterHome(
        id=home.id,
        unit=home.name,
        estate=home.estate,
        owners=owners,
        bills=bills,
        credits=[(row["names"], Money(row["fen"])) for row in credits],
    )
