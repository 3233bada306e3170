"""Instalments as values: dates, amounts, what has been paid, and whether a plan is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate
from uuid import UUID

from portal.care.plans.states import PartState
from portal.kit.errors import Invalid
from portal.kit.i18n import N_
from portal.kit.money import ZERO, Money, total
from portal.kit.period import Month

LEAST, MOST = 2, 12  # the table's CHECK says the same
GRACE_DAYS = 5  # an instalment may be this many days late before the plan is broken
ANSWER_DAYS = 7  # days within which a request has to be answered; the same for all estates
FIRST_WITHIN_DAYS = 60  # the first instalment is today or at most this many days ahead

TOO_EARLY = N_("The first date is in the past. Choose today or a later day.")
TOO_LATE = N_("The first date may be at most %(days)s days from today: no later than %(day)s.")
HOW_MANY = N_("A plan has %(least)s to %(most)s instalments.")
TOO_SMALL = N_("This amount is too small for so many instalments.")


@dataclass(frozen=True)
class Part:
    """One instalment: its number from 1, its date and its sum."""

    number: int
    due_on: date
    amount: Money

    @property
    def last_day(self) -> date:
        """The last day on which a payment is still in time."""
        return self.due_on + timedelta(days=GRACE_DAYS)


def schedule(amount: Money, instalments: int, first_on: date, today: date) -> tuple[Part, ...]:
    """The parts of a sum, a month apart; each date counts from the first one, at most the last day of its month.

    Each part is rounded down to a fen and the last one takes the rest. Raises Invalid for terms that are not allowed.
    """
    if not LEAST <= instalments <= MOST:
        raise Invalid("instalments", HOW_MANY, least=LEAST, most=MOST)
    if amount.fen < instalments:
        raise Invalid("instalments", TOO_SMALL)
    if first_on < today:
        raise Invalid("first_on", TOO_EARLY)
    latest = today + timedelta(days=FIRST_WITHIN_DAYS)
    if first_on > latest:
        raise Invalid("first_on", TOO_LATE, days=FIRST_WITHIN_DAYS, day=latest)
    month = Month.of(first_on)
    return tuple(
        Part(n + 1, (month + n).day(first_on.day), part) for n, part in enumerate(amount.instalments(instalments))
    )


def answer_by(asked_on: date) -> date:
    """The last day on which an answer to a request is in time."""
    return asked_on + timedelta(days=ANSWER_DAYS)


@dataclass(frozen=True)
class PlannedLine:
    """A line in a plan: the sum planned, and its debt when the plan was agreed."""

    line: UUID
    amount: Money
    owed: Money


@dataclass(frozen=True)
class Change:
    """Money applied to a planned line (`paid`), or a correction of it; positive if it owes less from that day on."""

    line: UUID
    on: date
    amount: Money
    paid: bool


def covered(lines: Sequence[PlannedLine], changes: Sequence[Change], on: date) -> Money:
    """How much of the plan is covered by the end of a day: paid since it was agreed, or no longer owed.

    A sum that was under review when the plan was asked for is not in it, so a credit for it does not count as paid.
    """
    sums = []
    for line in lines:
        mine = [change for change in changes if change.line == line.line and change.on <= on]
        paid = total(change.amount for change in mine if change.paid)
        still = max(line.owed - total(change.amount for change in mine), ZERO)
        sums.append(max(min(line.amount, paid), line.amount - min(line.amount, still)))
    return total(sums)


class Keeping(StrEnum):
    """Whether a plan is kept, completed or broken."""

    kept = "kept"
    completed = "completed"
    broken = "broken"


@dataclass(frozen=True)
class Verdict:
    """The result: whether a plan is kept, when it ended, and which instalment was missed."""

    keeping: Keeping
    on: date
    missed: int | None = None


def judge(
    parts: Sequence[Part],
    lines: Sequence[PlannedLine],
    changes: Sequence[Change],
    on: date,
    since: date | None = None,
) -> Verdict:
    """The verdict on a plan on the morning of a day, from the facts of each day before.

    It is completed on the day everything is covered, or broken on the day after an instalment's grace ended unpaid,
    whichever comes first; so the day of looking does not matter. What was missed before `since`, when it was
    reinstated, does not count.
    """
    whole = total(part.amount for part in parts)
    days = {change.on for change in changes} | {part.last_day for part in parts}
    for day in sorted(day for day in days if day <= on):
        done = covered(lines, changes, day)
        if done >= whole:
            return Verdict(Keeping.completed, day)
        late = [part for part in parts if part.last_day <= day and part.last_day < on]
        forgiven = since is not None and day < since
        if not forgiven and done < total(part.amount for part in late):
            return Verdict(Keeping.broken, day + timedelta(days=1), _missed(late, done))
    return Verdict(Keeping.kept, on)


def missing(parts: Sequence[Part], done: Money, on: date) -> Money:
    """The uncovered part of the instalments whose grace ended before a day."""
    return max(total(part.amount for part in parts if part.last_day < on) - done, ZERO)


def _missed(late: Sequence[Part], done: Money) -> int:
    """The first of these instalments that the money does not cover; it never covers all of them."""
    reaching = zip(late, accumulate(part.amount for part in late), strict=True)
    return next(part.number for part, so_far in reaching if done < so_far)


@dataclass(frozen=True)
class PartRow:
    """An instalment with the sum that remains to be paid."""

    part: Part
    left: Money
    state: PartState


def progress(parts: Sequence[Part], done: Money, on: date) -> tuple[PartRow, ...]:
    """The covered sum, spread over the instalments in order."""
    rows, rest = [], done
    for part in parts:
        used = min(part.amount, rest)
        rest = rest - used
        remaining = part.amount - used
        if not remaining:
            state = PartState.paid
        elif part.due_on < on:
            state = PartState.overdue
        else:
            state = PartState.part_paid if used else PartState.planned
        rows.append(PartRow(part, remaining, state))
    return tuple(rows)


def due_now(rows: Sequence[PartRow], on: date) -> Money:
    """The rest of the instalments due by a day; if there is none, of the next one. Zero once all are paid."""
    open_ = [row for row in rows if row.left]
    due = [row for row in open_ if row.part.due_on <= on] or open_[:1]
    return total(row.left for row in due)
