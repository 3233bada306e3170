"""The form of a report, and the arithmetic of rates. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from enum import Enum

from portal.accounts.statements.suppression import SMALL, few, suppressed
from portal.kit.display import percent
from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money
from portal.kit.period import Month

LONGEST = 36  # months that a report covers

Figure = Money | int | Decimal | None


@dataclass(frozen=True)
class Span:
    """Whole months, both inclusive."""

    first: Month
    last: Month

    @classmethod
    def of(cls, first: Month | None, last: Month | None, now: Month) -> Span:
        """The months asked for, in order and at most LONGEST; by default this month."""
        last = min(last or now, now)
        first = min(first or last, last)
        return cls(max(first, last + (1 - LONGEST)), last)

    @property
    def starts_on(self) -> date:
        """The first day."""
        return self.first.first

    @property
    def ends_on(self) -> date:
        """The last day."""
        return self.last.last


FEW = Sentence(N_("A dash means fewer than %(n)s, or a figure that could identify so few."), {"n": SMALL})


def rate(part: Money | int, whole: Money | int) -> Decimal | None:
    """A part as a ratio of the whole; None if the whole is zero, which has no rate and is never 0 %."""
    above, below = (n.fen if isinstance(n, Money) else n for n in (part, whole))
    return Decimal(above) / Decimal(below) if below > 0 else None


@dataclass(frozen=True)
class Collection:
    """Fees of some months and what was paid of them, and the same of earlier arrears. All in fen."""

    billed: Money
    received: Money
    owed_before: Money
    recovered: Money
    homes: int = 0
    homes_paid: int = 0
    homes_before: int = 0
    homes_recovered: int = 0

    def __add__(self, other: Collection) -> Collection:
        return Collection(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def current(self) -> Decimal | None:
        """当期收缴率: received of the months' own fees."""
        return rate(self.received, self.billed)

    @property
    def old(self) -> Decimal | None:
        """往期欠费收回率: recovered of what was owed when the first month began, of last month or of last year."""
        return rate(self.recovered, self.owed_before)

    @property
    def combined(self) -> Decimal | None:
        """综合收缴率: both received, of both owed."""
        return rate(self.received + self.recovered, self.billed + self.owed_before)

    @property
    def few_now(self) -> bool:
        """Whether the months' own figures reveal 1 to SMALL - 1 homes: all, those that paid, or those that did not."""
        return any(map(few, (self.homes, self.homes_paid, self.homes - self.homes_paid)))

    @property
    def few_before(self) -> bool:
        """Whether the figures of old arrears reveal so few."""
        return any(map(few, (self.homes_before, self.homes_recovered)))

    @property
    def by_home(self) -> Decimal | None:
        """The share of the homes billed that owe nothing of these months."""
        return rate(self.homes_paid, self.homes)


@dataclass(frozen=True)
class ReportRow:
    """One row: its name, its figures, and the length of its bar (None: no bar)."""

    name: Enum | Sentence
    figures: tuple[Figure, ...]
    bar: int | None = None


@dataclass(frozen=True)
class Report:
    """A table with a sentence on what it counts. `heads` are the msgids of its columns, the names first."""

    code: str
    title: str
    meaning: Sentence
    heads: tuple[str, ...]
    rows: Sequence[ReportRow]
    notes: tuple[Sentence, ...] = ()
    full: int = 0

    @property
    def widest(self) -> int:
        """The value of a full bar: `full` if it is set, else the longest one."""
        return self.full or max((row.bar or 0 for row in self.rows), default=0)

    @property
    def pictured(self) -> bool:
        """Whether it has anything to draw."""
        return self.widest > 0


def discreetly(report: Report) -> Report:
    """The same without the figures of rows whose first figure, a count, is 1 to SMALL - 1 or reveals so few."""
    hidden = suppressed([row.figures[0] if isinstance(row.figures[0], int) else 0 for row in report.rows])
    rows = [
        replace(row, figures=(None,) * len(row.figures), bar=None) if hide else row
        for row, hide in zip(report.rows, hidden, strict=True)
    ]
    return replace(report, rows=rows, notes=(*report.notes, FEW) if any(hidden) else report.notes)


def plain(figure: Figure) -> Money | int | str | None:
    """A figure for a file: rates as 94.3%."""
    return percent(figure) if isinstance(figure, Decimal) else figure


def median(values: Sequence[int]) -> int | None:
    """The middle value, the smaller one of two, so that it really occurred; None without values."""
    return sorted(values)[(len(values) - 1) // 2] if values else None
