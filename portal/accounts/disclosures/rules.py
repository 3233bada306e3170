"""Which duties apply in an estate's place, for which periods, and when one is fulfilled."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from portal.accounts.disclosures.states import DisclosureState, Duty, Every
from portal.accounts.statements.states import StatementFund
from portal.kit.period import Month
from portal.people.estates.states import FeeMode

DUTIES = Path(__file__).with_name("duties.csv")
MONTHS = {Every.month: 1, Every.quarter: 3, Every.half_year: 6, Every.year: 12}
ONE_DAY, A_YEAR = timedelta(days=1), timedelta(days=365)


@dataclass(frozen=True)
class Profile:
    """A duty in an estate's place: due so many months after the end of its period; negative before its end.

    `ours` says that the source names no day and we chose one; `shown_days` is how long it must be displayed at least;
    `fund` is the fund whose statements fulfil it, None if a person has to record that it was done.
    """

    duty: Duty
    every: Every
    months: int
    ours: bool
    shown_days: int | None
    fund: StatementFund | None
    source: str


def profiles_of(jurisdiction: str, mode: FeeMode) -> list[Profile]:
    """The duties of a place: its own, and otherwise those of the larger places around it."""
    parts = jurisdiction.split("-")
    result: dict[Duty, Profile] = {}
    for n in range(1, len(parts) + 1):
        for row in _rows().get("-".join(parts[:n]), ()):
            if row["fee_mode"] in ("", mode):
                result[Duty(row["duty"])] = _profile(row)
    return [result[duty] for duty in Duty if duty in result]


def known_place(jurisdiction: str) -> bool:
    """Whether the table has duties of this place itself, not only of the country."""
    return jurisdiction in _rows()


def periods_of(profile: Profile, since: date, on: date) -> Iterator[tuple[date, date]]:
    """The whole periods from `since` on that are over by `on`, or have begun by then if the duty is about plans."""
    length = MONTHS[profile.every]
    month = Month.of(since) if since.day == 1 else Month.of(since) + 1
    month += -((month.month - 1) % length) % length
    while month.first <= on if profile.duty.ahead else (month + (length - 1)).last < on:
        yield month.first, (month + (length - 1)).last
        month += length


def first_asked(profile: Profile, joined: date) -> date:
    """The first day that counts for an estate that joined on this day: its duties are older than that.

    The period running at that time counts whole, and so does the one before, which was to be disclosed in it.
    """
    length = MONTHS[profile.every]
    running = Month.of(joined) + -((joined.month - 1) % length)
    return (running if profile.duty.ahead else running + -length).first


def due_on(profile: Profile, last: date) -> date:
    """The last day to disclose a period with this end."""
    return (Month.of(last) + profile.months).last


def tellable(duty: Duty, first: date, last: date) -> tuple[date, date]:
    """The first and the last day on which a period can be disclosed: a plan until its end, others after it."""
    return (first - A_YEAR, last) if duty.ahead else (last + ONE_DAY, date.max)


def covered_on(first: date, last: date, published: Iterable[tuple[date, date, date]]) -> date | None:
    """The day from which statements (first, last, published on) cover a whole period; None if they do not."""
    spans: list[tuple[date, date]] = []
    for starts_on, ends_on, on in sorted(published, key=lambda one: one[2]):
        spans.append((starts_on, ends_on))
        if _covers(first, last, spans):
            return on
    return None


def _covers(first: date, last: date, spans: Iterable[tuple[date, date]]) -> bool:
    wanted = first
    for starts_on, ends_on in sorted(spans):
        if starts_on <= wanted <= ends_on:
            wanted = ends_on + ONE_DAY
    return wanted > last


def state_of(published_on: date | None, due: date, on: date) -> DisclosureState:
    """The state of a disclosure on a day."""
    if published_on is not None:
        return DisclosureState.published
    return DisclosureState.due if on <= due else DisclosureState.overdue


def _profile(row: dict[str, str]) -> Profile:
    return Profile(
        duty=Duty(row["duty"]),
        every=Every(row["every"]),
        months=int(row["months"]),
        ours=bool(row["ours"]),
        shown_days=int(row["shown_days"]) if row["shown_days"] else None,
        fund=StatementFund(row["shown_by"]) if row["shown_by"] else None,
        source=row["source"],
    )


@cache
def _rows() -> dict[str, list[dict[str, str]]]:
    result: dict[str, list[dict[str, str]]] = {}
    with DUTIES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            result.setdefault(row["jurisdiction"], []).append(row)
    return result
