"""From exact fractions to fen: one rounding per line, and shares that add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from portal.fees.tariffs.rules import Id, SharedCost, TariffVersion, UnitFacts
from portal.fees.tariffs.states import Formula, Rounding
from portal.kit.money import Money, round_half_up

_STEPS = {rounding: rounding.step for rounding in Rounding}  # in fen; needed for each line of a run


def exact_amount(rate: Decimal, quantity: Decimal, months: Fraction, vacancy_rate: Decimal | None = None) -> Fraction:
    """rate × quantity × months (× vacancy rate) in yuan, unrounded."""
    return _product(rate, quantity, months) if vacancy_rate is None else _product(rate, quantity, months, vacancy_rate)


def rounded(exact: Fraction, rounding: Rounding) -> Money:
    """Round an exact sum in yuan once, half up, to the tariff's fen, jiao or yuan."""
    step = _STEPS[rounding]
    return Money(round_half_up(100 * exact.numerator, step * exact.denominator) * step)


@dataclass(frozen=True, slots=True)
class Share:
    """A unit's part of a shared cost: cost × weight ÷ total_weight, in whole fen. Weights are m² or 1."""

    cost: SharedCost
    version: TariffVersion
    weight: Decimal
    total_weight: Decimal
    amount: Money

    @property
    def exact(self) -> Fraction:
        """The share in yuan before the remaining fen were distributed."""
        weight, unit = self.weight.as_integer_ratio()
        whole, part = self.total_weight.as_integer_ratio()
        return Fraction(self.cost.amount.fen * weight * part, 100 * unit * whole)


def share_weight(version: TariffVersion, unit: UnitFacts) -> Decimal | None:
    """A unit's weight in a shared cost: its billable area in m², or 1; None if the area is unknown."""
    return unit.billable_area if version.formula is Formula.share_by_area else Decimal(1)


def split(cost: SharedCost, members: Iterable[tuple[UnitFacts, TariffVersion, Decimal]]) -> dict[Id, Share]:
    """Split a cost to the fen among units by weight (in m², or 1), including vacant ones.

    Shares are rounded down; the remaining fen go to the largest remainders, ties to the first unit name by code point.
    The shares always add up to the cost. Raises ValueError if the cost is negative or no weight is above zero.
    """
    by_name = sorted(members, key=lambda m: m[0].name)
    parts = cost.amount.share([weight for _, _, weight in by_name])
    whole = sum((weight for _, _, weight in by_name), Decimal(0))
    return {
        unit.id: Share(cost, version, weight, whole, part)
        for (unit, version, weight), part in zip(by_name, parts, strict=True)
    }


def _product(*factors: Decimal | Fraction) -> Fraction:
    """The exact product, reduced to lowest terms once instead of after each factor."""
    above, below = 1, 1
    for factor in factors:
        n, d = factor.as_integer_ratio()
        above, below = above * n, below * d
    return Fraction(above, below)
