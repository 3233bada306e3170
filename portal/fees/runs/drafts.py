"""The input of a bill run for a unit, and its output: lines with their derivation, errors, warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from portal.fees.tariffs.amounts import Share
from portal.fees.tariffs.rules import Days, Id, MeterReading, TariffVersion, UnitCharge, UnitFacts
from portal.homes.units.states import OWNING
from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money, total
from portal.kit.period import Month

Source = tuple[str, str, str]  # ("reading", meter, month), ("cost", scope, month) or ("quantity", first day, "")
NO_COMMUNITY = N_("There is no estate with the code %(code)s.")


@dataclass(frozen=True, slots=True)
class Tie:
    """A person's tie to a unit, from and to inclusive; only owners and co-owners owe."""

    person: Id
    role: str
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Billed:
    """A line in force that the unit already has: its run's month, its months, and the readings or costs in it."""

    item: str
    period: Month
    first: Month
    last: Month
    supplement: int = 0
    sources: frozenset[Source] = frozenset()
    opening: bool = False

    def covers(self, month: Month) -> bool:
        """Whether the line bills this month."""
        return self.first <= month <= self.last


@dataclass(frozen=True, slots=True)
class UnitCase:
    """All that a run has to know of one unit. `meters` are (item, meter) ever read, to notice a missing reading."""

    unit: UnitFacts
    ties: tuple[Tie, ...] = ()
    charges: tuple[UnitCharge, ...] = ()
    readings: tuple[MeterReading, ...] = ()
    shares: tuple[Share, ...] = ()
    billed: tuple[Billed, ...] = ()
    meters: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Derivation:
    """The derivation of a sum: quantity × rate × months (× vacancy rate) = exact yuan, rounded once.

    `quantities` are the rows that a charge by quantity comes from; `one_off` is the row of a one-off charge.
    """

    version: TariffVersion
    quantity: Decimal
    months: Fraction
    day_count: int
    exact: Fraction
    vacancy_rate: Decimal | None = None
    readings: tuple[MeterReading, ...] = ()
    shares: tuple[Share, ...] = ()
    quantities: tuple[UnitCharge, ...] = ()
    one_off: bool = False

    @property
    def sources(self) -> frozenset[Source]:
        """The readings, costs and quantities it contains, so that none is billed twice."""
        read: set[Source] = {("reading", r.meter, str(r.period)) for r in self.readings}
        read |= {quantity_source(row) for row in self.quantities}
        return frozenset(read | {("cost", s.cost.scope, str(s.cost.period)) for s in self.shares})

    def facts(self) -> dict[str, Any]:
        """The derivation as JSON for storing: numbers as exact text, fractions as `7/30`, sums in fen."""
        v = self.version
        return {
            "formula": str(v.formula), "proration": str(v.proration), "rounding": str(v.rounding),
            "per": v.per, "source": v.source, "rate": plain(v.rate), "quantity": plain(self.quantity),
            "months": str(self.months), "days": self.day_count, "vacancy_rate": plain(self.vacancy_rate),
            "exact_yuan": str(self.exact),
            "readings": [
                {"meter": r.meter, "period": str(r.period), "previous": plain(r.previous), "current": plain(r.current)}
                for r in self.readings
            ],
            "shares": [
                {
                    "scope": s.cost.scope, "period": str(s.cost.period), "cost": s.cost.amount.fen,
                    "weight": plain(s.weight), "total_weight": plain(s.total_weight), "amount": s.amount.fen,
                }
                for s in self.shares
            ],
        } | self._counted()  # fmt: skip

    def _counted(self) -> dict[str, Any]:
        if not self.quantities:
            return {}
        rows = [
            {"from": row.starts_on and str(row.starts_on), "quantity": plain(row.quantity)} for row in self.quantities
        ]
        return {"quantities": rows, "one_off": self.one_off}


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One charge in the run of `period`, for the months `first` … `last` and the chargeable `days` in them.

    The owners of the day `owed_on` owe it. Lines of the same unit, item, months and supplement differ in `part`.
    """

    unit: Id
    item: str
    period: Month
    first: Month
    last: Month
    days: Days
    owed_on: date
    amount: Money
    derivation: Derivation
    supplement: int = 0
    part: int = 0


@dataclass(frozen=True, slots=True)
class BillDraft:
    """The lines of a unit that the same persons owe, in the order of items. `debtor` are their ids, sorted."""

    unit: UnitFacts
    debtor: tuple[Id, ...]
    lines: tuple[LineDraft, ...]
    issued_on: date
    due_on: date
    due_moved: bool

    @property
    def total(self) -> Money:
        """The sum of its lines."""
        return total(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class Remark:
    """An error or a warning of a run: a code, the names of unit and item if it is about them, and a sentence."""

    code: str
    unit: str | None
    item: str | None
    message: Sentence


def unknown_community(code: str) -> Remark:
    """The only error of a run for a community that does not exist."""
    return Remark("unknown_community", None, None, Sentence(NO_COMMUNITY, {"code": code}))


@dataclass(frozen=True, slots=True)
class UnitResult:
    """The bills and remarks of one unit."""

    bills: tuple[BillDraft, ...] = ()
    errors: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class RunResult:
    """The bills and remarks of a whole run. If there is any error, nothing may be issued."""

    period: Month
    bills: tuple[BillDraft, ...]
    errors: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def lines(self) -> tuple[LineDraft, ...]:
        """The lines of all bills."""
        return tuple(line for bill in self.bills for line in bill.lines)

    @property
    def total(self) -> Money:
        """The sum of all bills."""
        return total(bill.total for bill in self.bills)


@dataclass
class RunTotals:
    """The totals of a run of any size, added batch by batch: fen by item and by unit, and every remark."""

    period: Month
    bills: int = 0
    lines: int = 0
    by_item: dict[str, int] = field(default_factory=dict)
    by_unit: dict[str, int] = field(default_factory=dict)
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    def add(self, batch: RunResult) -> None:
        """Add the drafts of some units."""
        for bill in batch.bills:
            self.bills += 1
            self.lines += len(bill.lines)
            whole = 0
            for line in bill.lines:
                fen = line.amount.fen
                self.by_item[line.item] = self.by_item.get(line.item, 0) + fen
                whole += fen
            self.by_unit[bill.unit.name] = self.by_unit.get(bill.unit.name, 0) + whole
        self.errors += batch.errors
        self.warnings += batch.warnings

    def count(self, batch: RunTotals) -> None:
        """Add the totals of a batch."""
        self.bills += batch.bills
        self.lines += batch.lines
        for mine, more in ((self.by_item, batch.by_item), (self.by_unit, batch.by_unit)):
            for name, fen in more.items():
                mine[name] = mine.get(name, 0) + fen
        self.errors += batch.errors
        self.warnings += batch.warnings

    @property
    def total(self) -> Money:
        """The sum of all bills."""
        return Money(sum(self.by_item.values()))


def sources_in(facts: Mapping[str, Any]) -> frozenset[Source]:
    """The readings, costs and quantities in a stored line's facts; the counterpart of `Derivation.sources`."""
    read: set[Source] = {("reading", r["meter"], r["period"]) for r in facts.get("readings", ())}
    read |= {("quantity", q["from"] or "", "") for q in facts.get("quantities", ())}
    return frozenset(read | {("cost", s["scope"], s["period"]) for s in facts.get("shares", ())})


def quantity_source(row: UnitCharge) -> Source:
    """A quantity of a unit and item; its first day identifies it."""
    return "quantity", str(row.starts_on or ""), ""


def debtor_on(ties: tuple[Tie, ...], day: date) -> tuple[Id, ...]:
    """The owners and co-owners of that day, who owe jointly, in a fixed order; empty if there are none."""
    owners = {t.person for t in ties if t.role in OWNING and Days.between(t.starts_on, t.ends_on).meet(Days(day, day))}
    return tuple(sorted(owners, key=str))


def plain(number: Decimal | None) -> str | None:
    """A number as text without exponent or trailing zeros: 89.37, 1200."""
    if number is None:
        return None
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
