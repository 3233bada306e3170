"""The day a bill is due, from a community's rule: `day:15`, `day:15+1` or `days:30`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from portal.kit.period import Month

_RULE = re.compile(r"day:(?P<day>\d{1,2})(?P<next>\+1)?|days:(?P<days>\d{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class DueRule:
    """Day `day` of the month of the run, or of the one after it; or, without `day`, `days` after the issue."""

    day: int | None = None
    next_month: bool = False
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> DueRule:
        """Read a rule. Raises ValueError for any other text, a day outside 1-31 or more than 366 days."""
        found = _RULE.fullmatch(text.strip())
        if not found or not (1 <= int(found["day"] or 1) <= 31 and int(found["days"] or 0) <= 366):
            raise ValueError(f"not a due rule like day:15, day:15+1 or days:30: {text!r}")
        if found["day"]:
            return cls(int(found["day"]), bool(found["next"]))
        return cls(days=int(found["days"]))

    def due_on(self, period: Month, issued_on: date) -> tuple[date, bool]:
        """The due date of a run of `period`, clamped to the month's end, and whether it was moved.

        A date before the day of issue is moved to it, because nobody can be late before being told.
        """
        if self.day is None:
            return issued_on + timedelta(days=self.days), False
        due = (period + int(self.next_month)).day(self.day)
        return (due, False) if due >= issued_on else (issued_on, True)
