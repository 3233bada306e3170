"""What an owner owes, as the first page says it: how much, for what, and since or by when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from portal.fees.receivables.states import BillKind
from portal.kit.i18n import Bilingual
from portal.kit.money import Money, total
from portal.kit.period import Month

SHOWN = 3  # parts of a sum that the first page names


class Mood(StrEnum):
    """The state that the colour of a page's head tells."""

    well = "well"
    due = "due"
    late = "late"


@dataclass(frozen=True)
class OwedLine:
    """An unpaid line of a bill. `payable` is without what is held and what credit covers.

    `planned`: paid by instalments; `on_hold`: nobody asks for the debt for now; `today` in the estate's zone.
    """

    bill: UUID
    kind: BillKind
    period: Month
    item: Bilingual
    due_on: date
    today: date
    payable: Money
    held: Money
    covered: Money
    fund: bool
    planned: bool
    on_hold: bool

    @property
    def asked(self) -> bool:
        """Whether it is to be paid by itself, and something of it is."""
        return bool(self.payable) and not self.planned

    @property
    def overdue(self) -> bool:
        """Whether it is asked for and past its day."""
        return self.asked and not self.on_hold and self.due_on < self.today


@dataclass(frozen=True)
class Part:
    """A part of what is asked for: a charge by `item`, a bill by `month`, or `more` of either."""

    sum: Money
    item: Bilingual | None = None
    month: Month | None = None
    bill: UUID | None = None
    more: int = 0


@dataclass(frozen=True)
class Owed:
    """The unpaid lines of somebody's homes, oldest bill first, and what they come to."""

    lines: Sequence[OwedLine]

    @property
    def asked(self) -> list[OwedLine]:
        """Those that are to be paid by themselves."""
        return [line for line in self.lines if line.asked]

    @property
    def payable(self) -> Money:
        """What is asked for: without instalments, what is held, and what credit covers."""
        return _sum(self.asked)

    @property
    def fund(self) -> Money:
        """The part of `payable` that goes to the maintenance fund."""
        return _sum(line for line in self.asked if line.fund)

    @property
    def overdue(self) -> Money:
        """The part of `payable` that is past its day, without what is on hold as a whole."""
        return _sum(line for line in self.asked if line.overdue)

    @property
    def held(self) -> Money:
        """What is under review."""
        return total(line.held for line in self.lines)

    @property
    def covered(self) -> Money:
        """What credit covers."""
        return total(line.covered for line in self.lines)

    @property
    def bills(self) -> list[UUID]:
        """The bills with something asked for."""
        return list(dict.fromkeys(line.bill for line in self.asked))

    @property
    def due_on(self) -> date | None:
        """The next day on which something asked for is due."""
        return min((line.due_on for line in self.asked if line.due_on >= line.today), default=None)

    @property
    def days_left(self) -> int | None:
        """Days until then."""
        return min(((line.due_on - line.today).days for line in self.asked if line.due_on >= line.today), default=None)

    @property
    def overdue_since(self) -> date | None:
        """The day of the oldest that is overdue."""
        return min((line.due_on for line in self.asked if line.overdue), default=None)

    @property
    def days_overdue(self) -> int:
        """Days since then."""
        return max(((line.today - line.due_on).days for line in self.asked if line.overdue), default=0)

    @property
    def mood(self) -> Mood:
        """Red only when something is overdue."""
        return Mood.late if self.overdue else Mood.due if self.payable else Mood.well

    @property
    def parts(self) -> list[Part]:
        """What it is for, SHOWN at most: the charges of one bill, the largest first, or the bills, the oldest first."""
        bills: dict[UUID, list[OwedLine]] = {}
        for line in self.asked:
            bills.setdefault(line.bill, []).append(line)
        if len(bills) == 1:
            lines = sorted(self.asked, key=lambda line: -line.payable.fen)
            return _shortened([Part(line.payable, item=line.item, bill=line.bill) for line in lines])
        return _shortened([_of_bill(bill, lines) for bill, lines in bills.items()])


def _of_bill(bill: UUID, lines: Sequence[OwedLine]) -> Part:
    """A monthly bill by its month; another one with a single charge by that, as nobody knows an old debt by a month."""
    first = lines[0]
    if first.kind is not BillKind.run and len(lines) == 1:
        return Part(first.payable, item=first.item, bill=bill)
    return Part(_sum(lines), month=first.period, bill=bill)


def _shortened(parts: list[Part]) -> list[Part]:
    if len(parts) <= SHOWN:
        return parts
    shown, rest = parts[: SHOWN - 1], parts[SHOWN - 1 :]
    return [*shown, Part(total(part.sum for part in rest), more=len(rest))]


def _sum(lines: Iterable[OwedLine]) -> Money:
    return total(line.payable for line in lines)
