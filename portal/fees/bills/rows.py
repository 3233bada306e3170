"""Bills, their lines and balances as owners and the desk see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.fees.bills.balance import Balance
from portal.fees.bills.explanation import Story
from portal.fees.receivables.states import AdjustmentKind, BillKind, BillState
from portal.kit.i18n import Bilingual
from portal.kit.money import ZERO, Money, total
from portal.kit.period import Month
from portal.people.estates.creditor import Creditor


@dataclass(frozen=True)
class BillRow:
    """A bill in a list. `owes` is false for a tenant, who may pay but not dispute.

    `charges` is how many lines it has, `only` the name of a single one; the desk knows neither.
    """

    id: UUID
    number: int
    unit: str
    estate: str
    period: Month
    kind: BillKind
    issued_on: date
    due_moved: bool
    owes: bool
    balance: Balance
    charges: int = 0
    only: Bilingual | None = None

    @property
    def unpaid(self) -> bool:
        """Whether something of it is outstanding."""
        return self.balance.state in (BillState.issued, BillState.part_paid)

    @property
    def alone(self) -> Bilingual | None:
        """The one charge of a bill that is not a month's: nobody knows an old debt or a repair by its month."""
        return None if self.kind is BillKind.run else self.only

    @property
    def can_be_paid(self) -> bool:
        """Whether a part of it is payable."""
        return self.balance.state in (BillState.issued, BillState.part_paid) and bool(self.balance.payable)

    @property
    def paused(self) -> bool:
        """Whether it is past its due date but not asked for: it is on hold, or paid by instalments."""
        return self.balance.standing == "on_hold"

    @property
    def has_payments(self) -> bool:
        """Whether anything was paid on it."""
        return self.balance.state in (BillState.part_paid, BillState.paid)


@dataclass(frozen=True)
class Year:
    """The bills of a year that are paid or replaced, the newest first, and what they came to; replaced ones apart."""

    year: int
    bills: list[BillRow]
    total: Money


@dataclass(frozen=True)
class BillList:
    """One page of bills: the unpaid ones, oldest first, then the rest, newest first; at the desk all newest first.

    `payable` is the sum asked for all of them; the desk has no total (None).

    `covered` is what credit covers; it is not part of `payable`. `paused` is what may also be paid, although nobody
    asks for it now: it is past its due date and on hold as a whole.
    """

    bills: list[BillRow]
    payable: Money | None
    page: int
    pages: int
    paused: Money = ZERO
    covered: Money = ZERO

    @property
    def several_homes(self) -> bool:
        """Whether they are bills of more than one home."""
        return len({(bill.estate, bill.unit) for bill in self.bills}) > 1

    @property
    def unpaid(self) -> list[BillRow]:
        """Those with something outstanding, the oldest first."""
        return [bill for bill in self.bills if bill.unpaid]

    @property
    def to_pay(self) -> list[BillRow]:
        """Those of which something is asked for now."""
        return [bill for bill in self.unpaid if bill.balance.asked and not bill.paused]

    @property
    def years(self) -> list[Year]:
        """The others by the year of their month, the latest first."""
        years: dict[int, list[BillRow]] = {}
        for bill in self.bills:
            if not bill.unpaid:
                years.setdefault(bill.period.year, []).append(bill)
        return [
            Year(year, bills, total(bill.balance.fen for bill in bills if not bill.balance.replaced))
            for year, bills in sorted(years.items(), reverse=True)
        ]


@dataclass(frozen=True)
class LineRow:
    """A line of a bill. `for_services` says whether it is the fee for the services that were promised.

    `dispute` is the latest dispute of it; `in_dispute` says whether that one is open.
    """

    id: UUID
    item: Bilingual
    first: Month
    last: Month
    supplement: int
    balance: Balance
    story: Story
    for_services: bool
    dispute: UUID | None
    in_dispute: bool

    @property
    def can_be_paid(self) -> bool:
        """Whether a part of it is outstanding; a held line may still be paid."""
        return self.balance.state in (BillState.issued, BillState.part_paid)

    @property
    def can_be_disputed(self) -> bool:
        """Whether it is paid or partly unpaid, and has no open dispute. A paid line can be wrong as well."""
        if self.in_dispute:
            return False
        if self.balance.state is BillState.paid:
            return bool(self.balance.fen)
        return self.can_be_paid and bool(self.balance.payable) and not self.balance.held


@dataclass(frozen=True)
class AdjustmentRow:
    """A later change to a line. `source` is the dispute it came from, if any."""

    kind: AdjustmentKind
    amount: Money
    reason: str
    made_at: datetime
    source: UUID | None


@dataclass(frozen=True)
class BillPage:
    """A bill with its lines and its creditor."""

    bill: BillRow
    creditor: Creditor
    lines: list[LineRow]


@dataclass(frozen=True)
class LinePage:
    """One line with its explanation, the same charge the last time, and the adjustments since."""

    bill: BillRow
    line: LineRow
    amount: Money
    before: Money | None
    before_month: Month | None
    adjustments: list[AdjustmentRow]

    @property
    def difference(self) -> Money | None:
        """This time minus last time."""
        return None if self.before is None else self.amount - self.before
