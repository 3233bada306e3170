"""How a line's amount was calculated, from the facts stored with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from portal.fees.tariffs.states import Formula, Proration, Rounding
from portal.kit.money import Money
from portal.kit.period import Month


@dataclass(frozen=True)
class Reading:
    """What a meter showed at the beginning and at the end of a month."""

    meter: str
    period: Month
    previous: Decimal
    current: Decimal

    @property
    def used(self) -> Decimal:
        """The consumption between the two."""
        return self.current - self.previous


@dataclass(frozen=True)
class SharePart:
    """The part of a shared cost: cost × weight ÷ total weight, in whole fen."""

    scope: str
    period: Month
    cost: Money
    weight: Decimal
    total_weight: Decimal
    amount: Money


@dataclass(frozen=True)
class LateStep:
    """Consecutive days that cost the same: sum × daily rate × days. Rates are factors; `prime` is the yearly LPR."""

    first: date
    last: date
    base: Money
    daily: Decimal
    multiple: Decimal
    prime: Decimal

    @property
    def days(self) -> int:
        """The number of days, counting the first and the last."""
        return (self.last - self.first).days + 1

    @property
    def most(self) -> Fraction:
        """The highest daily rate allowed: the multiple of the yearly rate ÷ 365."""
        return Fraction(self.multiple) * Fraction(self.prime) / 365

    @property
    def capped(self) -> bool:
        """Whether this limit is below the rate of the contract."""
        return self.most < Fraction(self.daily)

    @property
    def rate_text(self) -> str:
        """The daily rate as a percentage: 0.05, 0.010685."""
        return in_decimals(100 * min(Fraction(self.daily), self.most))

    @property
    def exact_text(self) -> str:
        """The cost of these days in yuan, not rounded."""
        return in_decimals(self.exact)

    @property
    def exact(self) -> Fraction:
        """The cost in yuan, not rounded."""
        return Fraction(self.base.fen, 100) * min(Fraction(self.daily), self.most) * self.days


@dataclass(frozen=True)
class LateStory:
    """The late charge of a line in a month, with the number of its bill and its due date."""

    bill: int
    due_on: date
    steps: tuple[LateStep, ...]

    @property
    def exact_text(self) -> str:
        """The sum in yuan before rounding."""
        return in_decimals(sum((step.exact for step in self.steps), Fraction(0)))


@dataclass(frozen=True)
class Story:
    """quantity × rate × months (× vacancy rate) = exact, rounded once. Everything is empty for an opening balance."""

    formula: Formula | None = None
    quantity: Decimal | None = None
    rate: Decimal | None = None
    per: str | None = None
    months: Fraction | None = None
    days: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    proration: Proration | None = None
    rounding: Rounding | None = None
    vacancy_rate: Decimal | None = None
    exact: Fraction | None = None
    source: str | None = None
    readings: tuple[Reading, ...] = ()
    shares: tuple[SharePart, ...] = ()
    late: LateStory | None = None
    one_off: bool = False

    @property
    def is_product(self) -> bool:
        """Whether it is explained as quantity × rate × months."""
        return self.rate is not None and not self.shares

    @property
    def rate_text(self) -> str:
        """The rate in yuan as the price list writes it: at least two decimals, more only if it has them."""
        if self.rate is None:
            return ""
        whole, _dot, rest = f"{self.rate:,f}".partition(".")
        return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"

    @property
    def by_month(self) -> bool:
        """Whether months are a factor; they are not for metered charges and one-off charges."""
        return self.formula is not Formula.metered and not (self.one_off and self.months == 1)

    @property
    def months_text(self) -> str:
        """1, 12, ½ or 7/30: never a rounded figure."""
        if self.months is None:
            return ""
        return "½" if self.months == Fraction(1, 2) else str(self.months)

    @property
    def exact_text(self) -> str:
        """The sum in yuan before rounding, cut to six decimals if it has no end."""
        return "" if self.exact is None else in_decimals(self.exact)


def story_of(facts: Mapping[str, Any]) -> Story:
    """Read stored facts; the counterpart of `Derivation.facts`. An opening balance has no facts."""
    if "late" in facts:
        return Story(late=_late(facts["late"]))
    if not facts.get("formula"):
        return Story(source=facts.get("source"))
    return Story(
        formula=Formula(facts["formula"]),
        quantity=_number(facts["quantity"]),
        rate=_number(facts["rate"]),
        per=facts["per"],
        months=Fraction(facts["months"]),
        days=facts["days"],
        starts_on=date.fromisoformat(facts["starts_on"]),
        ends_on=date.fromisoformat(facts["ends_on"]),
        proration=Proration(facts["proration"]),
        rounding=Rounding(facts["rounding"]),
        vacancy_rate=_number(facts["vacancy_rate"]),
        exact=Fraction(facts["exact_yuan"]),
        source=facts["source"],
        readings=tuple(
            Reading(
                meter=r["meter"],
                period=Month.parse(r["period"]),
                previous=Decimal(r["previous"]),
                current=Decimal(r["current"]),
            )
            for r in facts["readings"]
        ),
        shares=tuple(
            SharePart(
                scope=s["scope"],
                period=Month.parse(s["period"]),
                cost=Money(s["cost"]),
                weight=Decimal(s["weight"]),
                total_weight=Decimal(s["total_weight"]),
                amount=Money(s["amount"]),
            )
            for s in facts["shares"]
        ),
        one_off=bool(facts.get("one_off")),
    )


def in_decimals(exact: Fraction) -> str:
    """An exact number, to six decimals if it has no end: 2.5, 0.010685."""
    return f"{Decimal(exact.numerator) / exact.denominator:.6f}".rstrip("0").rstrip(".")


def _late(late: Mapping[str, Any]) -> LateStory:
    steps = tuple(
        LateStep(
            first=date.fromisoformat(step["first"]),
            last=date.fromisoformat(step["last"]),
            base=Money(step["base"]),
            daily=Decimal(step["daily"]),
            multiple=Decimal(step["multiple"]),
            prime=Decimal(step["prime"]),
        )
        for step in late["steps"]
    )
    return LateStory(bill=late["bill"], due_on=date.fromisoformat(late["due_on"]), steps=steps)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
