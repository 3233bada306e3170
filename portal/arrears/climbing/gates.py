"""The gates between stages, as a pure function that gives the evidence for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from portal.arrears.cases.rules import FIRST_DAY, LAST, Standing, stage_by_days
from portal.arrears.cases.states import (
    ATTEMPTS,
    BY_HAND,
    SPOKEN,
    CaseState,
    ContactChannel,
    ContactOutcome,
    Gate,
    Rung,
)
from portal.arrears.ladder.rules import Policy
from portal.arrears.limitation.rules import Clock
from portal.arrears.respite.rules import NO_TIME, Given
from portal.care.holds.rules import stood_still

FIRST_WITH_TASKS = 3  # from this stage on an open rectification blocks
VISITED = 3  # the stage whose step is a visit
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Reached:
    """A contact with the debtor, as gates see it; `witnessed` when a second person was there.

    `proves` says that it is the proof of an issued letter to `person`; what staff merely noted of paper is none.
    """

    channel: ContactChannel
    outcome: ContactOutcome
    on: date
    witnessed: bool = False
    proves: bool = False
    person: UUID | None = None


@dataclass(frozen=True)
class Known:
    """What the gates of one case ask for beside what is owed.

    `since` is the day on which the present stage was reached, `reminded_on` when a reminder arrived, `tasks` the
    departments that owe an answer with their days, `reason_known` whether staff found out why nothing is paid,
    `clocks` the limitation of what may be chased (before stage 4),
    `given` what gives them time, `elsewhere` whether the home is no place for them, `named` whom a claim would name.
    """

    since: date
    reminded_on: date | None = None
    contacts: tuple[Reached, ...] = ()
    pending_payments: int = 0
    unbooked: int = 0
    tasks: tuple[tuple[str, date], ...] = ()
    disputes: int = 0
    reason_known: bool = False
    clocks: tuple[Clock, ...] = ()
    given: Given = NO_TIME
    elsewhere: bool = False
    named: tuple[UUID, ...] = ()

    def demands_to(self) -> list[list[date]]:
        """The days on which a demand reached each of those whom a claim would name."""
        reached = [c for c in self.contacts if c.channel is ContactChannel.demand and c.proves]
        return [sorted(c.on for c in reached if c.person == who) for who in self.named or (None,)]

    @property
    def demanded_on(self) -> date | None:
        """The day on which the last of them had got a demand; None while somebody has got none."""
        firsts = [days[0] for days in self.demands_to() if days]
        return max(firsts) if len(firsts) == len(self.named or (None,)) else None

    def after(self, day: date, days: int, on: date) -> date:
        """So many days after one, as far as days have counted until `on`."""
        return day + timedelta(days=days + stood_still(self.given.pauses, day, on))


@dataclass(frozen=True)
class Check:
    """One gate: whether it is open, and the facts that say why."""

    gate: Gate
    open: bool
    facts: dict[str, object]


def gates_to(target: int, standing: Standing, known: Known, policy: Policy, on: date) -> tuple[Check, ...]:
    """Every gate before stage `target` (1-4) for a case that stands like this on a day; it climbs when all are open."""
    least = policy.least_days[target - 1]
    stays_until = known.after(known.since, least, on)
    days = _counted(standing, known)
    checks = [
        _no_hold(standing),
        _owed(standing, policy),
        Check(Gate.days, stage_by_days(days) >= target, {"days": days, "least": FIRST_DAY[target]}),
        Check(Gate.stay, on >= stays_until, {"day": stays_until, "since": known.since, "least": least}),
        *their_time(known.given, on),
        _previous_step(target - 1, known),
        *_money_at_rest(known),
        contact_cap(known.contacts, policy, on),
    ]
    if target >= FIRST_WITH_TASKS:
        checks.append(_no_task(known))
    if target == LAST:
        checks += _before_law(known, policy, on)
    return (*checks, _message_over(known.given, on), letter_over(known.given, on))


def gates_of_paper(standing: Standing, known: Known, policy: Policy, on: date) -> tuple[Check, ...]:
    """What must be so before a letter names a sum: something is owed, they were given no time, no money is coming."""
    return (_no_hold(standing), _owed(standing, policy), *their_time(known.given, on), *_money_at_rest(known))


def gates_of_law(standing: Standing, known: Known, policy: Policy, on: date) -> tuple[Check, ...]:
    """What must be so before anything goes to a lawyer or a court, whatever the days say."""
    law = (_no_task(known), *_before_law(known, policy, on), letter_over(known.given, on))
    return (*gates_of_paper(standing, known, policy, on), *law)


def _counted(standing: Standing, known: Known) -> int:
    """The days since the oldest charge that may be chased was due, without those that count against nobody."""
    if standing.oldest is None:
        return 0
    on = standing.oldest + timedelta(days=standing.days)
    return standing.days - stood_still(known.given.pauses, standing.oldest, on)


def may_remind(standing: Standing, known: Known, policy: Policy, on: date) -> bool:
    """Whether the reminder goes out now: not sent yet, the days of grace after the due day over, nothing in between."""
    late = known.reminded_on is None and _counted(standing, known) > policy.buffer_days
    checks = (*gates_of_paper(standing, known, policy, on), letter_over(known.given, on))
    return late and all(check.open for check in checks)


def their_time(given: Given, on: date) -> tuple[Check, ...]:
    """No promise that is not due yet, no request without its answer, no answer to agree with."""
    offered = given.offered if given.offered and on <= given.offered else None
    return (
        Check(Gate.promise_over, not given.promise_lasts(on), {"day": given.promised}),
        Check(Gate.request_answered, not given.asked and offered is None, {"day": offered}),
    )


def _message_over(given: Given, on: date) -> Check:
    """Whether the day is over that a reminder, or the word that a pause has ended, asked to pay by."""
    return Check(Gate.message_over, given.named is None or on > given.named, {"day": given.named})


def letter_over(given: Given, on: date) -> Check:
    """Whether the time that letters gave is over, also that of one whose sum has become less."""
    return Check(Gate.letter_over, given.letter is None or on > given.letter, {"day": given.letter})


def _no_hold(standing: Standing) -> Check:
    """Whether nothing holds the whole case: a kept plan, a payment, staff by hand."""
    return Check(Gate.no_hold, standing.state is not CaseState.paused, {})


def _owed(standing: Standing, policy: Policy) -> Check:
    """Whether more than a small balance may be chased; of a paused case, could be."""
    due = standing.overdue if standing.state is CaseState.paused else standing.chaseable
    return Check(Gate.owed, due > policy.small_balance, {"sum": due, "least": policy.small_balance})


def _money_at_rest(known: Known) -> tuple[Check, ...]:
    """No payment is in progress that could settle it."""
    return (
        Check(Gate.no_pending_payment, not known.pending_payments, {"n": known.pending_payments}),
        Check(Gate.money_booked, not known.unbooked, {"n": known.unbooked}),
    )


def _no_task(known: Known) -> Check:
    """Whether no department owes the debtor an answer."""
    who, by = known.tasks[0] if known.tasks else ("", None)
    return Check(Gate.no_rectification, not known.tasks, {"department": who, "day": by})


def contact_cap(contacts: Sequence[Reached], policy: Policy, on: date) -> Check:
    """Whether the home may be called or visited once more on a day."""
    tries = [one for one in contacts if one.channel in ATTEMPTS and on - WEEK < one.on <= on]
    today = sum(one.channel is ContactChannel.call and one.on == on for one in tries)
    free = today < policy.calls_a_day and len(tries) < policy.attempts_a_week
    return Check(Gate.contact_cap, free, {"today": today, "week": len(tries)})


def _previous_step(stage: int, known: Known) -> Check:
    """Whether what belongs to the present stage was done, and since when there is proof of it."""
    if known.elsewhere:
        stage = min(stage, VISITED - 1)  # nobody goes to a home for those who are not there: they are written to
    if stage == 0:
        return Check(Gate.previous_step, True, {"stage": stage, "day": None})
    steps = [(c.on, c.channel.value) for c in known.contacts if c.on >= known.since and _counts(stage, c)]
    if stage == 1 and known.reminded_on:
        steps.append((known.reminded_on, Rung.reminder.value))
    day, how = min(steps, default=(None, None))
    return Check(Gate.previous_step, bool(steps), {"stage": stage, "day": day, "how": how})


def _counts(stage: int, one: Reached) -> bool:
    """Whether a contact is the step of a stage: a reminder, a call or notice, a visit by two (or their letter)."""
    spoken = one.outcome in SPOKEN
    if stage >= VISITED:
        there = (spoken and one.channel is ContactChannel.visit) or (one.proves and one.outcome in BY_HAND)
        return there and one.witnessed
    return spoken or one.proves


def _before_law(known: Known, policy: Policy, on: date) -> list[Check]:
    """A demand that reached all and whose grace is over, no dispute, time that still runs, somebody who asked why."""
    over = known.after(known.demanded_on, policy.grace_days, on) if known.demanded_on else None
    return [
        Check(Gate.demand_over, over is not None and on > over, {"day": over}),
        Check(Gate.no_dispute, not known.disputes, {"n": known.disputes}),
        _limitation(known.clocks, on),
        Check(Gate.reason_known, known.reason_known, {}),
    ]


def _limitation(clocks: Sequence[Clock], on: date) -> Check:
    """Whether the three years of anything that may be chased still run; until when, and of how many they are over."""
    ahead = [clock.expires_on for clock in clocks if not clock.over(on)]
    facts: dict[str, object] = {"day": min(ahead, default=None), "n": len(clocks) - len(ahead)}
    return Check(Gate.limitation, bool(ahead) or not clocks, facts)
