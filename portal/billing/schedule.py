"""What a bill run bills at all: which months of which items, at which versions, due when. Made once per run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from portal.kit.due import DueRule
from portal.kit.period import Month
from portal.tariffs.months import Charge, Counted, count_months
from portal.tariffs.rules import (
    Days,
    Rhythm,
    TariffVersion,
    Timeline,
    anchor_of,
    covered,
    versions_by_day,
)


class Schedule:
    """The run of one service month over a community's tariffs; `tariffs` in the order items take on a bill."""

    def __init__(self, period: Month, issued_on: date, due_rule: DueRule, tariffs: Iterable[TariffVersion]) -> None:
        self.period, self.issued_on = period, issued_on
        self.due_on, self.due_moved = due_rule.due_on(period, issued_on)
        self._versions: dict[str, list[TariffVersion]] = {}
        for version in tariffs:
            self._versions.setdefault(version.item, []).append(version)
        self._windows = {item: _windows(period, versions) for item, versions in self._versions.items()}
        self._timelines: dict[tuple[str, str], Timeline] = {}
        self._counted: dict[tuple, tuple[Counted, ...]] = {}

    @property
    def items(self) -> tuple[str, ...]:
        """The items that have something to bill in this run."""
        return tuple(item for item, windows in self._windows.items() if windows)

    @property
    def span(self) -> tuple[Month, Month]:
        """The first and last month whose readings and costs the run may need."""
        months = [m for windows in self._windows.values() for ms in windows.values() for m in (ms[0], ms[-1])]
        return min(months, default=self.period), max(months, default=self.period)

    def windows(self, item: str) -> Mapping[Rhythm, tuple[Month, ...]]:
        """The months that this run bills of an item, for each rhythm among its versions that is due."""
        return self._windows.get(item, {})

    def timeline(self, item: str, use: str) -> Timeline:
        """The item's versions for a use, day by day; empty when it is not charged to that use."""
        key = item, use
        if key not in self._timelines:
            self._timelines[key] = versions_by_day(self._versions.get(item, ()), use)
        return self._timelines[key]

    def count(
        self, item: str, use: str, rhythm: Rhythm, months: tuple[Month, ...], charges: tuple[Charge, ...]
    ) -> tuple[Counted, ...]:
        """`count_months`, remembered: most units of an estate are charged for the same days."""
        key = item, use, rhythm, months, charges
        if key not in self._counted:
            self._counted[key] = count_months(months, self.timeline(item, use), charges, rhythm)
        return self._counted[key]


def within(months: tuple[Month, ...]) -> Days:
    """The days of months that follow one another."""
    return Days(months[0].first, months[-1].last)


def _windows(period: Month, versions: list[TariffVersion]) -> dict[Rhythm, tuple[Month, ...]]:
    anchor = anchor_of(versions)
    due = {v.rhythm: covered(period, anchor, v.rhythm) for v in versions}
    return {rhythm: months for rhythm, months in due.items() if months}
