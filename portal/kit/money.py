"""Money as whole minor units (fen), so that nothing is ever lost or invented by rounding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import total_ordering
from math import lcm

NOT_FEN = "money is counted in whole fen, not in {kind}"


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in fen; may be negative (a credit). Refuses floats and bools."""

    fen: int

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError(NOT_FEN.format(kind=type(self.fen).__name__))

    @classmethod
    def of_yuan(cls, yuan: Decimal | Fraction | str) -> Money:
        """The nearest fen to an exact sum in yuan, half away from zero. Raises TypeError for a float."""
        if isinstance(yuan, float | int):
            raise TypeError(NOT_FEN.format(kind=type(yuan).__name__))
        above, below = Fraction(yuan).as_integer_ratio()
        return cls(round_half_up(100 * above, below))

    @property
    def yuan(self) -> Decimal:
        """The same amount in yuan, two decimals."""
        return Decimal(self.fen).scaleb(-2)

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen)

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def __bool__(self) -> bool:
        return self.fen != 0

    def __lt__(self, other: Money) -> bool:
        return self.fen < other.fen

    def __str__(self) -> str:
        return f"{self.yuan:.2f}"

    def share(self, weights: Sequence[int | Decimal | Fraction]) -> list[Money]:
        """Split by weight without losing a fen: round down, then one fen each to the largest remainders.

        Equal remainders are served in the order given. Raises ValueError for a negative weight, a
        negative amount or when no weight is above zero (Hare quota, largest remainder).
        """
        ratios = [w.as_integer_ratio() for w in weights]
        unit = lcm(*(below for _, below in ratios))
        exact = [above * (unit // below) for above, below in ratios]  # the same weights as whole numbers
        whole = sum(exact)
        if self.fen < 0 or any(w < 0 for w in exact) or not whole:
            raise ValueError("a share needs an amount of zero or more and a weight above zero")
        floors = [self.fen * w // whole for w in exact]
        spare = self.fen - sum(floors)
        by_remainder = sorted(range(len(exact)), key=lambda i: -(self.fen * exact[i] % whole))
        for i in by_remainder[:spare]:
            floors[i] += 1
        return [Money(f) for f in floors]

    def instalments(self, n: int) -> list[Money]:
        """Split into n parts: each rounded down to a fen, the last takes the rest. Raises ValueError below one part."""
        if n < 1 or self.fen < 0:
            raise ValueError("instalments need at least one part and no negative amount")
        part = self.fen // n
        return [Money(part)] * (n - 1) + [Money(self.fen - part * (n - 1))]


ZERO = Money(0)


def total(amounts: Iterable[Money]) -> Money:
    """The sum of amounts; zero for none."""
    return Money(sum(a.fen for a in amounts))


def round_half_up(above: int, below: int) -> int:
    """The whole number nearest to above ÷ below (which is above zero), half away from zero."""
    whole = (2 * abs(above) + below) // (2 * below)
    return whole if above >= 0 else -whole
