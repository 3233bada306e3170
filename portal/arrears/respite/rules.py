"""What gives a debtor time, until when nobody contacts them, and when the next step is possible at the earliest.

One rule for the pages of a case, its gates, the reminders, and the lists of calls, visits and letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.arrears.cases.rules import FIRST_DAY, LAST, Standing
from portal.arrears.cases.states import RUNGS, CaseState, Rung
from portal.arrears.ladder.rules import Policy
from portal.care.holds.rules import Pauses, stood_still

DAY = timedelta(days=1)


class Because(StrEnum):
    """What gives time: a promise, a day that a letter named, a request or an offer, a hold on everything.

    Hardship places such a hold, however we heard of it.
    """

    promise = "promise"
    letter = "letter"
    asked = "asked"
    offered = "offered"
    held = "held"


@dataclass(frozen=True)
class Given:
    """What gives the debtor of a case time; every day is the last one that counts.

    `promised` is the day of the newest promise that is not kept (yet); `in_the_post` whether money of that day may
    still be booked on the next; `letter` the latest day that a letter named; `asked` whether a request for instalments
    waits for an answer; `offered` the first day of an offer that they may accept; `held` the end of the hold on
    everything, if it has one; `pauses` when everything was paused, which counts against nobody.

    `named` is the latest day that a message asked them to pay by: no further step comes before it is over, although
    staff who call meanwhile may ask for the reason.
    """

    promised: date | None = None
    in_the_post: bool = False
    letter: date | None = None
    asked: bool = False
    offered: date | None = None
    held: date | None = None
    pauses: Pauses = ()
    named: date | None = None

    def promise_lasts(self, on: date) -> bool:
        """Whether the day of the promise is not over, or its money may still be booked."""
        return self.promised is not None and on <= self.promised + DAY * self.in_the_post

    def promise_missed(self, on: date) -> bool:
        """Whether the promised money did not come."""
        return self.promised is not None and not self.promise_lasts(on)


NO_TIME = Given()


@dataclass(frozen=True)
class Pause:
    """Nobody contacts them because of something that lasts until a day, or until it is answered (None).

    `named` is the day that was promised, named or offered.
    """

    because: Because
    until: date | None
    named: date | None = None

    @property
    def free_on(self) -> date | None:
        """The first day after it."""
        return self.until + DAY if self.until else None


class NextKind(StrEnum):
    """The kind of the next step of a case."""

    nothing = "nothing"
    on_hold = "on_hold"
    waits_for_review = "waits_for_review"
    waits = "waits"
    small = "small"
    step = "step"
    step_is_due = "step_is_due"
    last = "last"


@dataclass(frozen=True)
class Next:
    """The next step: the next stage with its first day, what gives them time, or why nothing comes."""

    kind: NextKind
    rung: Rung = Rung.none
    on: date | None = None
    pause: Pause | None = None


NOTHING = Next(NextKind.nothing)


def pay_by(on: date, policy: Policy) -> date:
    """The day by which a message of this day asks to pay."""
    return on + timedelta(days=policy.pay_within - 1)


def pause_on(given: Given, on: date) -> Pause | None:
    """The longest of all that gives time on a day; what waits for an answer is longest."""
    pauses = []
    if given.promised and given.promise_lasts(on):
        pauses.append(Pause(Because.promise, given.promised + DAY * given.in_the_post, given.promised))
    if given.letter and on <= given.letter:
        pauses.append(Pause(Because.letter, given.letter, given.letter))
    if given.asked:
        pauses.append(Pause(Because.asked, None))
    if given.offered and on <= given.offered:
        pauses.append(Pause(Because.offered, given.offered, given.offered))
    return max(pauses, key=_end, default=None)


def _end(pause: Pause) -> date:
    return pause.until or date.max


def next_of(standing: Standing, since: date, policy: Policy, given: Given, on: date) -> Next:
    """The next step of a case that has been in its stage `since` a day.

    The day is the first on which every gate is open that only needs time; the case says what else has to be done.
    """
    if standing.state is CaseState.closed:
        return NOTHING
    pause = pause_on(given, on)
    if standing.state is CaseState.paused:
        held = Pause(Because.held, given.held, given.held)
        longest = max(held, pause or held, key=_end)
        return Next(NextKind.on_hold, on=longest.free_on, pause=longest)
    if standing.oldest is None:
        return Next(NextKind.waits_for_review, pause=pause)
    if standing.stage >= LAST:
        return Next(NextKind.waits, RUNGS[LAST], pause.free_on, pause) if pause else Next(NextKind.last, RUNGS[LAST])
    if standing.chaseable <= policy.small_balance:
        return Next(NextKind.small, pause=pause)
    rung = RUNGS[standing.stage + 1]
    if pause and pause.until is None:
        return Next(NextKind.waits, rung, pause=pause)
    days = [
        day + timedelta(days=least + stood_still(given.pauses, day, on))
        for day, least in (
            (standing.oldest, FIRST_DAY[standing.stage + 1]),
            (since, policy.least_days[standing.stage]),
        )
    ]
    days += [free for free in (pause and pause.free_on, given.named and given.named + DAY) if free]
    day = max(days)
    kind = NextKind.waits if pause else NextKind.step_is_due if day <= on else NextKind.step
    return Next(kind, rung, day, pause)
