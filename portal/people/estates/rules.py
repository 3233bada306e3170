"""Deadlines in working time, with pauses, and rules that depend on the place."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from portal.people.estates.worktime import WorkCalendar, add_working_days, add_working_hours, after, worked

__all__ = [
    "STANDARD", "Deadlines", "Pause", "ServiceLevel", "WorkCalendar", "add_working_days", "add_working_hours",
    "deadlines", "paused", "worked",
]  # fmt: skip


@dataclass(frozen=True)
class ServiceLevel:
    """The deadlines that a community promises for complaints.

    Hours are counted by add_working_hours, working days by add_working_days.
    """

    acknowledge_hours: int = 1
    reply_hours: int = 24
    close_days: int = 3


STANDARD = ServiceLevel()


@dataclass(frozen=True)
class Deadlines:
    """The moments, in UTC, up to which a reply is in time."""

    acknowledge: datetime
    reply: datetime
    close: datetime


@dataclass(frozen=True)
class Pause:
    """A time in which the clock is stopped, waiting for the other side; `ended` is None while it lasts."""

    began: datetime
    ended: datetime | None = None


def deadlines(calendar: WorkCalendar, opened: datetime, level: ServiceLevel = STANDARD) -> Deadlines:
    """When something opened at this moment must be acknowledged, answered and closed."""
    return Deadlines(
        acknowledge=add_working_hours(calendar, opened, level.acknowledge_hours),
        reply=add_working_hours(calendar, opened, level.reply_hours),
        close=add_working_days(calendar, opened, level.close_days),
    )


def paused(calendar: WorkCalendar, deadline: datetime, pauses: Iterable[Pause]) -> datetime | None:
    """The deadline, in UTC, extended by the working time in the pauses; None while a pause is open.

    Pauses may be in any order and overlap; shared time counts once. A pause that begins after the deadline changes
    nothing. Raises ValueError for a pause that ends before it begins.
    """
    due = deadline.astimezone(UTC)
    for pause in _apart(pauses):
        if pause.began >= due:
            break
        if pause.ended is None:
            return None
        if spent := worked(calendar, pause.began, pause.ended):
            due = after(calendar, due, spent)
    return due


def _apart(pauses: Iterable[Pause]) -> list[Pause]:
    """The same pauses in order, with overlapping ones joined."""
    joined: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: pause.began):
        if pause.ended is not None and pause.ended < pause.began:
            raise ValueError("a pause ends after it begins")
        last = joined[-1] if joined else None
        if last is None or (last.ended is not None and last.ended < pause.began):
            joined.append(pause)
        elif last.ended is not None:
            joined[-1] = replace(last, ended=pause.ended and max(last.ended, pause.ended))
    return joined


def said_of(table: Path, jurisdiction: str, column: str) -> str | None:
    """The cell of this column for `CN-beijing-haidian`, else for `CN-beijing`, else for `CN`; None if all are empty.

    `table` is a CSV file with a column `jurisdiction`.
    """
    known, parts = _rows(table), jurisdiction.split("-")
    places = ("-".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((known[place][column] for place in places if place in known), None)


@cache
def _rows(table: Path) -> dict[str, dict[str, str]]:
    with table.open(encoding="utf-8") as file:
        return {row["jurisdiction"]: row for row in csv.DictReader(file)}
