"""How a case stands on a day: a pure function of what is owed, what is held, and where it stood before.

The promises are I-C1 and I-C2. `RULE` is stored with every
change; a new wording of the rules gets a new name, so that the history stays reproducible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from portal.arrears.cases.states import CaseState, Why
from portal.arrears.ladder.rules import SEED
from portal.care.holds.rules import stood_still
from portal.kit.money import ZERO, Money, total

RULE = "arrears-2"
FIRST_DAY = (0, 1, 16, 31, 61)  # the first day overdue of each stage
ENTRY = 2  # a new case with old debt enters at the stage of its days, but at most here
QUIET = 1  # a small balance goes no further than this (I-C4)
LAST = len(FIRST_DAY) - 1


@dataclass(frozen=True)
class Debt:
    """A line that is not fully paid or covered by credit; `held` is the part under review."""

    line: UUID
    due_on: date
    outstanding: Money
    held: Money

    @property
    def chaseable(self) -> Money:
        """The part that may be asked for."""
        return self.outstanding - self.held


@dataclass(frozen=True)
class Facts:
    """What a debtor owes for a unit, net of credit, and whether there is a hold on everything.

    Only what is past due counts. The maintenance fund is left out: it belongs to all owners, so the company does not
    chase it.

    `reduced_on` is the last day on which the debt got less since the last change; None if it never did.
    `pauses` are days that do not count against anybody, each from the first day to the day on which counting resumed.
    """

    debts: tuple[Debt, ...]
    whole_hold: bool = False
    reduced_on: date | None = None
    pauses: tuple[tuple[date, date], ...] = ()

    def overdue_on(self, on: date) -> Facts:
        """The same without lines that are not past due on this day."""
        debts = tuple(d for d in self.debts if d.due_on < on and d.outstanding.fen > 0)
        return replace(self, debts=debts)


@dataclass(frozen=True)
class Before:
    """A live case at its last change: state, stage, and (outstanding, held) of each line at that time.

    `at` is the moment of that change, `on` its day.
    """

    state: CaseState
    stage: int
    lines: Mapping[UUID, tuple[Money, Money]] = field(default_factory=dict)
    at: datetime | None = None
    on: date | None = None


@dataclass(frozen=True)
class Standing:
    """How a case stands. `why` is None if nothing changed; `days` and `by_days` are of the oldest chaseable line."""

    state: CaseState
    stage: int
    why: Why | None
    overdue: Money
    held: Money
    days: int
    by_days: int
    oldest: date | None

    @property
    def chaseable(self) -> Money:
        """Overdue minus held: the only sum that may be chased."""
        return self.overdue - self.held

    def at(self, stage: int) -> Standing:
        """The same at another stage."""
        return replace(self, stage=stage)


def stage_by_days(days: int) -> int:
    """The stage for so many days past due: 0, 1 (1-15), 2 (16-30), 3 (31-60), 4 (61 and more)."""
    return sum(1 for first in FIRST_DAY[1:] if days >= first)


def look(facts: Facts, before: Before | None, on: date, small: Money = SEED.small_balance) -> Standing | None:
    """How a case stands on a day; None if there is no case and nothing is overdue.

    A case enters at the stage of its days, but at most at stage 2, also after everything in it was held. From there it
    climbs only by recorded steps. If less is owed than before, it falls to the stage of the days at the day of that
    payment or credit, however late this look is; with a small balance (`small`, fen) it falls to stage 1.
    A hold pauses it or takes sums out of it, but leaves its stage.
    """
    seen = facts.overdue_on(on)
    if not seen.debts:
        return _closed() if before else None
    overdue = total(d.outstanding for d in seen.debts)
    held = overdue if seen.whole_hold else total(d.held for d in seen.debts)
    oldest = _oldest(seen, respect_whole_hold=True)
    state = CaseState.paused if seen.whole_hold else CaseState.open
    stage = _stage(seen, before, on, stage_by_days(_counted(seen, oldest, on)))
    if overdue <= small:
        stage = min(stage, QUIET)
    standing = unchanged(state, stage, overdue=overdue, held=held, oldest=oldest, on=on)
    return replace(standing, why=_why(seen, before, state, stage))


def unchanged(state: CaseState, stage: int, overdue: Money, held: Money, oldest: date | None, on: date) -> Standing:
    """How a case stands on a day if nothing but the day has changed; `oldest` is None if nothing may be chased."""
    days = (on - oldest).days if oldest else 0
    return Standing(
        state=state,
        stage=stage,
        why=None,
        overdue=overdue,
        held=held,
        days=days,
        by_days=stage_by_days(days),
        oldest=oldest,
    )


def _counted(facts: Facts, oldest: date | None, on: date) -> int:
    return (on - oldest).days - stood_still(facts.pauses, oldest, on) if oldest else 0


def changed_on(facts: Facts, before: Before | None, standing: Standing, on: date) -> date:
    """The day of a change: a fall counts from the morning after the payment, as if somebody had looked then."""
    if standing.why is not Why.reduced or not facts.reduced_on:
        return on
    morning = min(facts.reduced_on + timedelta(days=1), on)
    return max(morning, before.on) if before and before.on else morning


def _closed() -> Standing:
    return Standing(
        state=CaseState.closed, stage=0, why=Why.settled, overdue=ZERO, held=ZERO, days=0, by_days=0, oldest=None
    )


def _oldest(facts: Facts, *, respect_whole_hold: bool) -> date | None:
    if facts.whole_hold and respect_whole_hold:
        return None
    return min((d.due_on for d in facts.debts if d.chaseable.fen > 0), default=None)


def _stage(facts: Facts, before: Before | None, on: date, by_days: int) -> int:
    if before is None or before.stage == 0:
        return min(by_days, ENTRY)
    if not less_owed(facts, before):
        return before.stage
    # Under a hold on everything the money still counts: the stage is right when the hold ends.
    oldest = _oldest(facts, respect_whole_hold=False)
    then = min(facts.reduced_on or on, on)
    return min(before.stage, stage_by_days(_counted(facts, oldest, then)))


def less_owed(facts: Facts, before: Before) -> bool:
    """Whether any line owes less than at the last change, because it was paid in part or credited."""
    current = {d.line: d.outstanding for d in facts.debts}
    return any(current.get(line, ZERO) < outstanding for line, (outstanding, _held) in before.lines.items())


def _why(facts: Facts, before: Before | None, state: CaseState, stage: int) -> Why | None:
    if before is None:
        return Why.opened
    if stage < before.stage:
        return Why.reduced
    if state is not before.state:
        return Why.paused if state is CaseState.paused else Why.resumed
    current = {d.line: (d.outstanding, d.held) for d in facts.debts}
    held, was = total(h for _o, h in current.values()), total(h for _o, h in before.lines.values())
    if stage > before.stage:
        return Why.entered if held < was else Why.grown
    if current == dict(before.lines):
        return None
    if less_owed(facts, before):
        return Why.reduced
    if held == was:
        return Why.grown
    return Why.held if held > was else Why.released
