"""Calendar months as values: the service periods that bills are made of."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """One calendar month. Counted from its own anchor, never by adding days."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1900 <= self.year <= 9999):
            raise ValueError(f"no such month: {self.year}-{self.month}")

    @classmethod
    def of(cls, day: date) -> Month:
        """The month a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `2026-11`. Raises ValueError for anything else."""
        match = _MONTH.fullmatch(text.strip())
        if not match:
            raise ValueError(f"not a month like 2026-11: {text!r}")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def __add__(self, months: int) -> Month:
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def since(self, other: Month) -> int:
        """Months from the other month to this one; negative when this one is earlier."""
        return (self.year - other.year) * 12 + self.month - other.month

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.month, self.days)

    @property
    def days(self) -> int:
        """How many days it has."""
        return calendar.monthrange(self.year, self.month)[1]

    def day(self, number: int) -> date:
        """Day `number` of the month, clamped to its end: day 31 of February is its last day."""
        return date(self.year, self.month, min(number, self.days))

    def through(self, last: Month) -> Iterator[Month]:
        """This month and each one up to and including the last."""
        for n in range(last.since(self) + 1):
            yield self + n
