"""The page before paying: the selection, how the money would be spread, and whether someone is already paying."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from portal.kit.i18n import Bilingual
from portal.kit.money import ZERO, Money, total
from portal.kit.period import Month
from portal.money.checkout.queries import LINE_NAMES
from portal.money.online.states import AttemptState
from portal.money.payments.choosing import bills_of_lines, chosen, refuse_foreign
from portal.money.payments.rules import ChosenLine, designate
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, reading


@dataclass(frozen=True)
class PayLine:
    """A chosen line: what it owes, what may be paid of it, and how much of the amount it will get."""

    chosen: ChosenLine
    bill: UUID
    item: Bilingual
    first: Month
    last: Month
    applied: Money = ZERO

    @property
    def left(self) -> Money:
        """What remains open after the payment."""
        return self.chosen.outstanding - self.applied


@dataclass(frozen=True)
class PayBill:
    """The chosen lines of one bill, and what they get together."""

    lines: Sequence[PayLine]

    @property
    def due_on(self) -> date:
        """When it is due."""
        return self.lines[0].chosen.due_on

    @property
    def applied(self) -> Money:
        """What it will get of the amount."""
        return total(one.applied for one in self.lines)

    @property
    def left(self) -> Money:
        """What stays open after that."""
        return total(one.left for one in self.lines)


@dataclass(frozen=True)
class Elsewhere:
    """A payment of these bills that another member of the household began and has not finished."""

    id: UUID
    since: datetime


@dataclass(frozen=True)
class NewPayment:
    """The page before paying. `lines` are those of the choice that owe something; `bills` are all in the choice."""

    bills: Sequence[UUID]
    unit: str
    estate: str
    choice: Sequence[ChosenLine]
    lines: Sequence[PayLine]
    elsewhere: Elsewhere | None

    @property
    def settled(self) -> bool:
        """Whether nothing is left to pay: it was paid or replaced after the page with the link was opened."""
        return not self.lines

    @property
    def payable(self) -> Money:
        """The most that can be paid on this choice."""
        return total(one.chosen.payable for one in self.lines)

    @property
    def asked(self) -> Money:
        """The sum that is suggested: payable, less what credit covers."""
        return total(one.chosen.asked for one in self.lines)

    @property
    def covered(self) -> Money:
        """The part that credit covers."""
        return self.payable - self.asked

    @property
    def applied(self) -> Money:
        """The sum about to be paid."""
        return total(one.applied for one in self.lines)

    @property
    def by_bill(self) -> list[PayBill]:
        """The lines by their bills, the oldest first."""
        bills: dict[UUID, list[PayLine]] = {}
        for one in self.lines:
            bills.setdefault(one.bill, []).append(one)
        return [PayBill(lines) for lines in bills.values()]

    @property
    def has_held(self) -> bool:
        """Whether a part of it is under review."""
        return any(one.chosen.held for one in self.lines)

    def with_amount(self, amount: Money | None) -> NewPayment:
        """The same page with the amount spread over the lines. Raises as `designate` does."""
        parts = {part.line: part.amount for part in designate(self.choice, amount)}
        return replace(self, lines=[replace(one, applied=parts.get(one.chosen.line, ZERO)) for one in self.lines])


@dataclass(frozen=True)
class HomeChoice:
    """The part of a choice that belongs to one home, and the sum asked for it; `query` makes this choice again."""

    unit: str
    estate: str
    payable: Money
    query: dict[str, list[UUID]]


_BY_HOME = """
SELECT u.name AS unit, c.name AS estate,
       coalesce(sum(bb.outstanding - bb.held - coalesce(v.covered, 0)) FILTER (WHERE bb.state <> 'replaced'), 0)::bigint
         AS fen,
       array_agg(b.id) FILTER (WHERE b.id = ANY($2::uuid[])) AS bills,
       (SELECT array_agg(l.id) FROM bill_line l JOIN bill x ON x.id = l.bill
        WHERE l.id = ANY($3::uuid[]) AND x.debtor = b.debtor) AS lines
FROM bill b JOIN unit u ON u.id = b.unit JOIN bill_balance bb ON bb.bill = b.id JOIN community c ON c.id = b.community
LEFT JOIN covered_bills(ARRAY(SELECT debtor FROM bill WHERE id = ANY($1::uuid[]))) v ON v.bill = b.id
WHERE b.id = ANY($1::uuid[]) GROUP BY b.debtor, c.name, u.name, u.sort_key ORDER BY u.sort_key, u.name
"""
_ELSEWHERE = """
SELECT a.id, a.created_at FROM attempt a WHERE a.state = $4 AND a.human <> $2
AND EXISTS (SELECT FROM attempt_bill b WHERE b.attempt = a.id AND b.live AND b.bill = ANY($1::uuid[]))
AND a.debtor IN (SELECT debtor FROM debtor_member WHERE person = ANY($3::uuid[])) LIMIT 1
"""


@reading
async def new_payment(by: Principal, bills: Collection[UUID], lines: Collection[UUID]) -> NewPayment:
    """The chosen lines in the order in which money goes to them. Raises Missing, Invalid("bill") for two homes."""
    await refuse_foreign(touched := await bills_of_lines(bills, lines), by.persons)
    choice = await chosen(bills, lines)
    rows = await fetch(LINE_NAMES, [one.line for one in choice.lines])
    by_id = {one.line: one for one in choice.lines}
    offered = [
        PayLine(chosen=by_id[r["line"]], bill=r["bill"], item=Bilingual(r["name_zh"], r["name_en"]),
                first=Month.parse(r["first_month"]), last=Month.parse(r["last_month"]))
        for r in rows
        if by_id[r["line"]].outstanding
    ]  # fmt: skip
    elsewhere = await _elsewhere(by, touched)
    return NewPayment(
        bills=touched,
        unit=rows[0]["unit"],
        estate=rows[0]["estate"],
        choice=choice.lines,
        lines=offered,
        elsewhere=elsewhere,
    )


async def _elsewhere(by: Principal, bills: Collection[UUID]) -> Elsewhere | None:
    row = await fetch_one(_ELSEWHERE, list(bills), by.human, list(by.persons), AttemptState.open.value)
    return Elsewhere(row["id"], row["created_at"]) if row else None


@reading
async def homes_chosen(by: Principal, bills: Collection[UUID], lines: Collection[UUID]) -> list[HomeChoice]:
    """A choice split by home and debtor, because a payment is for one of them. Raises Missing."""
    await refuse_foreign(touched := await bills_of_lines(bills, lines), by.persons)
    rows = await fetch(_BY_HOME, touched, list(bills), list(lines))
    return [
        HomeChoice(
            unit=r["unit"],
            estate=r["estate"],
            payable=Money(r["fen"]),
            query={"bill": r["bills"] or [], "line": r["lines"] or []},
        )
        for r in rows
    ]
