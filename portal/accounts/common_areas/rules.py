"""What a common-area contract yields in a period. Pure."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from portal.accounts.common_areas.states import Rhythm
from portal.kit.money import Money
from portal.kit.period import Month


def receivable(
    price: Money | None, rhythm: Rhythm, starts_on: date | None, ends_on: date | None, first: date, last: date
) -> Money | None:
    """The sum due from `first` to `last` (inclusive), to the nearest fen; None if no price is known.

    A month counts if the contract is in force on its first day or begins in it. A yearly price is twelve equal months.
    A one-time price is due on the day the contract begins.
    """
    if price is None:
        return None
    if rhythm is Rhythm.once:
        return price if starts_on and first <= starts_on <= last else Money(0)
    begins = max(starts_on or first, first)
    ends = min(ends_on or last, last)
    months = Month.of(ends).since(Month.of(begins)) + 1 if begins <= ends else 0
    yearly = price.fen if rhythm is Rhythm.year else 12 * price.fen
    return Money.of_yuan(Fraction(yearly * months, 1200))
