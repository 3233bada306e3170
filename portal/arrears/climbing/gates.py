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
    """A contact with the debtor, as gates see it; `witnessed` if a second person was there.

    `proves`: it proves that an issued letter reached `person`; a staff note about paper proves nothing.
    """

    channel: ContactChannel
    outcome: ContactOutcome
    on: date
    witnessed: bool = False
    proves: bool = False
    person: UUID | None = None


@dataclass(frozen=True)
class Known:
    """What the gates of a case need besides its debt.

    `since` is the first day of the present stage, `reminded_on` the day a reminder arrived, `tasks` the departments
    that owe an answer with their deadlines, `reason_known` whether staff found out why nothing is paid, `clocks` the
    limitation of what may be chased (before stage 4), `given` what gives them time, `elsewhere` whether they do not
    live at the home, `named` whom a claim would name.
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
        """The days on which a demand reached each person whom a claim would name."""
        reached = [c for c in self.contacts if c.channel is ContactChannel.demand and c.proves]
        return [sorted(c.on for c in reached if c.person == who) for who in self.named or (None,)]

    @property
    def demanded_on(self) -> date | None:
        """The day on which the last of them had received a demand; None while somebody has not."""
        firsts = [days[0] for days in self.demands_to() if days]
        return max(firsts) if len(firsts) == len(self.named or (None,)) else None

    def after(self, day: date, days: int, on: date) -> date:
        """The number of days after another day, counted up to `on`."""
        return day + timedelta(days=days + stood_still(self.given.pauses, day, on))


@dataclass(frozen=True)
class Check:
    """One gate: whether it is open, and the facts for the reason."""

    gate: Gate
    open: bool
    facts: dict[str, object]


def gates_to(target: int, standing: Standing, known: Known, policy: Policy, on: date) -> tuple[Check, ...]:
    """All gates before stage `target` (1-4) for a case with this standing on a day; it climbs when all are open."""
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
    """The gates of a letter that names a sum: something is owed, no time was given, no money is on its way."""
    return (_no_hold(standing), _owed(standing, policy), *their_time(known.given, on), *_money_at_rest(known))


def gates_of_law(standing: Standing, known: Known, policy: Policy, on: date) -> tuple[Check, ...]:
    """The gates before a lawyer or a court is involved, whatever the days overdue."""
    law = (_no_task(known), *_before_law(known, policy, on), letter_over(known.given, on))
    return (*gates_of_paper(standing, known, policy, on), *law)


def _counted(standing: Standing, known: Known) -> int:
    """The days since the oldest chargeable line was due, without days that count against nobody."""
    if standing.oldest is None:
        return 0
    on = standing.oldest + timedelta(days=standing.days)
    return standing.days - stood_still(known.given.pauses, standing.oldest, on)


def may_remind(standing: Standing, known: Known, policy: Policy, on: date) -> bool:
    """Whether to send the reminder now: it was not sent yet, the days of grace are over, nothing else gives time."""
    late = known.reminded_on is None and _counted(standing, known) > policy.buffer_days
    checks = (*gates_of_paper(standing, known, policy, on), letter_over(known.given, on))
    return late and all(check.open for check in checks)


def their_time(given: Given, on: date) -> tuple[Check, ...]:
    """Open if no promise is pending, no request waits for an answer, and no offer waits for agreement."""
    offered = given.offered if given.offered and on <= given.offered else None
    return (
        Check(Gate.promise_over, not given.promise_lasts(on), {"day": given.promised}),
        Check(Gate.request_answered, not given.asked and offered is None, {"day": offered}),
    )


def _message_over(given: Given, on: date) -> Check:
    """Whether the day is over by which a reminder or the end of a pause asked to pay."""
    return Check(Gate.message_over, given.named is None or on > given.named, {"day": given.named})


def letter_over(given: Given, on: date) -> Check:
    """Whether the time that letters gave is over, including letters whose sum has become less."""
    return Check(Gate.letter_over, given.letter is None or on > given.letter, {"day": given.letter})


def _no_hold(standing: Standing) -> Check:
    """Open if no hold covers the whole case: no kept plan, no payment, none by staff."""
    return Check(Gate.no_hold, standing.state is not CaseState.paused, {})


def _owed(standing: Standing, policy: Policy) -> Check:
    """Open if more than a small balance may be chased, or could be if the case were not paused."""
    due = standing.overdue if standing.state is CaseState.paused else standing.chaseable
    return Check(Gate.owed, due > policy.small_balance, {"sum": due, "least": policy.small_balance})


def _money_at_rest(known: Known) -> tuple[Check, ...]:
    """Open if no payment is in progress that could settle it."""
    return (
        Check(Gate.no_pending_payment, not known.pending_payments, {"n": known.pending_payments}),
        Check(Gate.money_booked, not known.unbooked, {"n": known.unbooked}),
    )


def _no_task(known: Known) -> Check:
    """Open if no department owes the debtor an answer."""
    who, by = known.tasks[0] if known.tasks else ("", None)
    return Check(Gate.no_rectification, not known.tasks, {"department": who, "day": by})


def contact_cap(contacts: Sequence[Reached], policy: Policy, on: date) -> Check:
    """Whether the home may be called or visited once more on a day."""
    tries = [one for one in contacts if one.channel in ATTEMPTS and on - WEEK < one.on <= on]
    today = sum(one.channel is ContactChannel.call and one.on == on for one in tries)
    free = today < policy.calls_a_day and len(tries) < policy.attempts_a_week
    return Check(Gate.contact_cap, free, {"today": today, "week": len(tries)})


def _previous_step(stage: int, known: Known) -> Check:
    """Whether the step of the present stage was done, and since when there is proof of it."""
    if known.elsewhere:
        stage = min(stage, VISITED - 1)  # debtors who do not live there are not visited but written to
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
    """A demand reached everybody and its grace is over, no dispute is open, and staff asked for the reason."""
    over = known.after(known.demanded_on, policy.grace_days, on) if known.demanded_on else None
    return [
        Check(Gate.demand_over, over is not None and on > over, {"day": over}),
        Check(Gate.no_dispute, not known.disputes, {"n": known.disputes}),
        _limitation(known.clocks, on),
        Check(Gate.reason_known, known.reason_known, {}),
    ]


def _limitation(clocks: Sequence[Clock], on: date) -> Check:
    """Whether the limitation period still runs for all that may be chased, until when, and how many are over."""
    ahead = [clock.expires_on for clock in clocks if not clock.over(on)]
    facts: dict[str, object] = {"day": min(ahead, default=None), "n": len(clocks) - len(ahead)}
    return Check(Gate.limitation, bool(ahead) or not clocks, facts)
