"""Payments and attempts for the pages, only those that the reader may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from portal.kit.errors import Missing
from portal.kit.i18n import N_, Bilingual
from portal.kit.money import ZERO, Money, total
from portal.kit.period import Month
from portal.money.checkout.records import ENDABLE, LIFETIME, SUSPENSE
from portal.money.online.states import AttemptState
from portal.money.payments.choosing import refuse_foreign
from portal.money.payments.queries import CreditRow, credits_of
from portal.money.payments.states import PaymentState, Way
from portal.people.estates.creditor import Creditor
from portal.people.estates.queries import creditor_of
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, reading

_SHOWN = {
    AttemptState.creating: PaymentState.pending,
    AttemptState.open: PaymentState.pending,
    AttemptState.completed: PaymentState.pending,
    AttemptState.unknown: PaymentState.unknown,
    AttemptState.posted: PaymentState.posted,
    AttemptState.failed: PaymentState.failed,
    AttemptState.expired: PaymentState.expired,
}


@dataclass(frozen=True)
class PaymentRow:
    """A payment, or an attempt at one, in a list; `on` is its day in the estate's zone."""

    id: UUID
    state: PaymentState
    amount: Money
    way: Way
    at: datetime
    on: date
    unit: str
    estate: str
    number: int | None
    first: Month | None
    last: Month | None
    check_code: str | None
    unfinished: bool = False


@dataclass(frozen=True)
class Year:
    """What was paid in a year, newest first, and its sum."""

    year: int
    payments: list[PaymentRow]
    total: Money


@dataclass(frozen=True)
class PaymentList:
    """All payments and attempts, newest first, and the credit that remains."""

    payments: list[PaymentRow]
    credits: list[CreditRow]

    @property
    def tried(self) -> list[PaymentRow]:
        """Those that are not paid: open, failed, expired."""
        return [row for row in self.payments if not row.number]

    @property
    def years(self) -> list[Year]:
        """What was paid, by year, the latest first."""
        years: dict[int, list[PaymentRow]] = {}
        for row in self.payments:
            if row.number:
                years.setdefault(row.on.year, []).append(row)
        return [Year(year, rows, total(row.amount for row in rows)) for year, rows in years.items()]


@dataclass(frozen=True)
class AppliedRow:
    """The part of a payment that went to one line, or is meant for it."""

    bill: UUID
    bill_number: int
    due_on: date
    line: UUID
    item: Bilingual
    first: Month
    last: Month
    amount: Money


@dataclass(frozen=True)
class PaymentPage:
    """One payment. `continue_at` is the open payment page, for whoever began it; `until` is when it closes.

    `can_be_ended`: nothing was paid yet, and the reader may end it. `still` is what is asked of that debtor now.
    """

    row: PaymentRow
    creditor: Creditor
    applied: list[AppliedRow]
    credit: Money
    continue_at: str | None
    until: datetime | None
    waiting: bool
    can_be_ended: bool
    suspended: bool
    still: Money

    @property
    def again(self) -> dict[str, list[UUID]]:
        """The same choice once more, after an attempt that came to nothing."""
        return {"line": [row.line for row in self.applied]}

    @property
    def may_try_again(self) -> bool:
        """Whether it came to nothing."""
        tried = (PaymentState.failed, PaymentState.expired, PaymentState.unknown)
        return self.row.state in tried and not self.suspended

    @property
    def came_to_nothing(self) -> str | None:
        """Why it came to nothing, as a sentence to be translated."""
        return NOTHING.get(self.row.state) if self.may_try_again else None


NOTHING = {
    PaymentState.unknown: N_(
        "The payment service did not respond, so nothing was charged. Your selection has been kept: try "
        "again now, or pay at the service centre."
    ),
    PaymentState.failed: N_("The payment did not go through and nothing was charged. Your bill is unchanged."),
    PaymentState.expired: N_("This payment was not finished and nothing was charged. Your bill is unchanged."),
}

_ROWS = """
WITH mine AS (SELECT debtor FROM debtor_member WHERE person = ANY($2::uuid[])), shown AS (
  SELECT p.id, 'posted' AS state, NULL AS trouble, p.amount, p.method, p.posted_at AS at, p.number, p.debtor,
    p.check_code
  FROM payment p WHERE p.payer = $1 OR p.debtor IN (SELECT debtor FROM mine)
  UNION ALL
  SELECT a.id, a.state, a.trouble, a.amount, a.method, a.created_at, NULL, a.debtor, NULL
  FROM attempt a WHERE (a.human = $1 OR a.debtor IN (SELECT debtor FROM mine))
  AND NOT EXISTS (SELECT FROM payment p WHERE p.id = a.id))
SELECT s.*, (s.at AT TIME ZONE c.timezone)::date AS on_day, u.name AS unit, c.name AS estate, m.first, m.last
FROM shown s JOIN debtor d ON d.id = s.debtor
JOIN unit u ON u.id = d.unit JOIN community c ON c.id = d.community
CROSS JOIN LATERAL (SELECT min(b.period) AS first, max(b.period) AS last
  FROM bill_line l JOIN bill b ON b.id = l.bill WHERE l.id IN (
  SELECT line FROM allocation WHERE payment = s.id UNION SELECT line FROM attempt_line WHERE attempt = s.id)) m
"""
_NEWEST_FIRST = " ORDER BY s.at DESC, s.number DESC NULLS FIRST"
_OF_BILLS = (
    " WHERE EXISTS (SELECT FROM allocation a JOIN bill_line l ON l.id = a.line"
    " WHERE a.payment = s.id AND l.bill = ANY($3::uuid[]))"
)
_ONE = _ROWS + " WHERE s.id = $3"
_APPLIED = (
    "SELECT line, sum(amount)::bigint AS fen FROM allocation WHERE payment = $1 GROUP BY 1 HAVING sum(amount) > 0"
)
_MEANT = "SELECT line, amount AS fen FROM attempt_line WHERE attempt = $1"

LINE_NAMES = """
SELECT l.id AS line, l.bill, b.number, b.due_on, i.name_zh, i.name_en, l.first_month, l.last_month, u.name AS unit,
       c.name AS estate, b.debtor
FROM bill_line l JOIN bill b ON b.id = l.bill JOIN charge_item i ON i.id = l.item JOIN unit u ON u.id = b.unit
JOIN community c ON c.id = b.community
WHERE l.id = ANY($1::uuid[]) ORDER BY b.due_on, b.number, l.position
"""


@reading
async def payments_of(by: Principal) -> PaymentList:
    """All payments and attempts of the reader and of those who owe with them, newest first."""
    rows = await fetch(_ROWS + _NEWEST_FIRST, by.human, list(by.persons))
    return PaymentList([_row(row) for row in rows], await credits_of(by))


@reading
async def payments_for(by: Principal, bills: Collection[UUID]) -> list[PaymentRow]:
    """Those of them that went to these bills, newest first. Raises Missing for bills the reader may not see."""
    await refuse_foreign(bills, by.persons)
    rows = await fetch(_ROWS + _OF_BILLS + _NEWEST_FIRST, by.human, list(by.persons), list(bills))
    return [_row(row) for row in rows]


@reading
async def payment_of(by: Principal, payment: UUID) -> PaymentPage:
    """One payment or attempt. Raises Missing if it is not the reader's."""
    row = await fetch_one(_ONE, by.human, list(by.persons), payment)
    if row is None:
        raise Missing
    attempt = await fetch_one("SELECT human, state, url, created_at FROM attempt WHERE id = $1", payment)
    shown = _row(row)
    open_ = attempt is not None and attempt["state"] == AttemptState.open
    mine = attempt is not None and attempt["human"] == by.human
    place = await fetch_value(
        "SELECT coalesce((SELECT community FROM payment WHERE id = $1), (SELECT community FROM attempt WHERE id = $1))",
        payment,
    )
    return PaymentPage(
        row=shown,
        creditor=await creditor_of(place),
        applied=await _applied(payment, shown.state),
        credit=await _credit(payment),
        continue_at=attempt["url"] if attempt and open_ and mine else None,
        until=attempt["created_at"] + LIFETIME if attempt and open_ else None,
        waiting=shown.state is PaymentState.pending,
        can_be_ended=attempt is not None and attempt["state"] in ENDABLE,
        suspended=row["trouble"] == SUSPENSE,
        still=await _asked_of(row["debtor"]),
    )


def _row(row: Record) -> PaymentRow:
    state = _SHOWN[AttemptState(row["state"])]
    if row["trouble"] == SUSPENSE:
        state = PaymentState.unknown
    return PaymentRow(
        id=row["id"],
        state=state,
        amount=Money(row["amount"]),
        way=Way(row["method"]),
        at=row["at"],
        on=row["on_day"],
        unit=row["unit"],
        estate=row["estate"],
        number=row["number"],
        first=Month.parse(row["first"]) if row["first"] else None,
        last=Month.parse(row["last"]) if row["last"] else None,
        check_code=row["check_code"],
        unfinished=row["state"] == AttemptState.open,
    )


async def _asked_of(debtor: UUID) -> Money:
    fen = await fetch_value("SELECT sum(outstanding - held - covered)::bigint FROM owed_by($1)", debtor)
    return Money(fen or 0)


async def _credit(payment: UUID) -> Money:
    row = await fetch_one("SELECT coalesce(sum(amount), 0)::bigint AS fen FROM credit WHERE payment = $1", payment)
    return Money(row["fen"]) if row else ZERO


async def _applied(payment: UUID, state: PaymentState) -> list[AppliedRow]:
    """What went to each line; for an attempt, what is meant for it."""
    sums = await fetch(_APPLIED if state is PaymentState.posted else _MEANT, payment)
    fen = {row["line"]: row["fen"] for row in sums}
    return [
        AppliedRow(
            bill=r["bill"],
            bill_number=r["number"],
            due_on=r["due_on"],
            line=r["line"],
            item=Bilingual(r["name_zh"], r["name_en"]),
            first=Month.parse(r["first_month"]),
            last=Month.parse(r["last_month"]),
            amount=Money(fen[r["line"]]),
        )
        for r in await fetch(LINE_NAMES, list(fen))
    ]
