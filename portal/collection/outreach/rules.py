"""Whom to call or visit on a day, in which order, and what suits the reason. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.arrears.cases.states import SPOKEN, CaseState, NextStep, Reason
from portal.arrears.climbing.gates import Reached, contact_cap
from portal.arrears.ladder.rules import Policy
from portal.arrears.respite.rules import NO_TIME, Given, pause_on
from portal.collection.outreach.states import Waits
from portal.kit.money import Money

# What helps most for each reason; if it is `unknown`, ask for it first.
FITS = {
    Reason.unknown: NextStep.call,
    Reason.forgot: NextStep.call,
    Reason.let: NextStep.call,
    Reason.dissatisfied: NextStep.department,
    Reason.disputed_sum: NextStep.department,
    Reason.developer_legacy: NextStep.department,
    Reason.hardship: NextStep.plan,
    Reason.away: NextStep.letter,
    Reason.title_change: NextStep.letter,
    Reason.refuses: NextStep.letter,
}


@dataclass(frozen=True)
class Seen:
    """What decides whether to contact a home: case, contacts (oldest first), payments in progress, next step.

    `given` is what gives them time, `next_on` the day of the next step, `elsewhere` whether they do not live at the
    home.
    """

    state: CaseState
    chaseable: Money
    contacts: tuple[Reached, ...] = ()
    pending: bool = False
    given: Given = NO_TIME
    next_on: date | None = None
    elsewhere: bool = False


def waits_for(seen: Seen, policy: Policy, on: date) -> Waits | None:
    """Why nobody contacts this home on a day; None if somebody should."""
    if seen.state is not CaseState.open or not seen.chaseable:
        return Waits.held
    if seen.elsewhere:
        return Waits.elsewhere
    if seen.chaseable <= policy.small_balance:
        return Waits.small
    if seen.pending:
        return Waits.pending
    if pause_on(seen.given, on):
        return Waits.given
    if seen.next_on and seen.next_on > on:
        return Waits.planned
    if not late(seen, on) and seen.next_on is None and _in_peace(seen, policy, on):
        return Waits.spoken
    return None if contact_cap(seen.contacts, policy, on).open else Waits.cap


def spoken_on(seen: Seen) -> date | None:
    """The day of the last contact, if staff spoke with somebody."""
    return seen.contacts[-1].on if seen.contacts and seen.contacts[-1].outcome in SPOKEN else None


def _in_peace(seen: Seen, policy: Policy, on: date) -> bool:
    last = spoken_on(seen)
    return last is not None and on < last + timedelta(days=policy.peace_days)


def late(seen: Seen, on: date) -> bool:
    """Whether a promise was missed, or the day of the next step has passed."""
    return seen.given.promise_missed(on) or bool(seen.next_on and seen.next_on < on)


def order(seen: Seen, days: int, on: date) -> tuple[bool, bool, date, int]:
    """The sort key: late homes first, then those never contacted, then by the longest silence and the oldest debt."""
    last = max((contact.on for contact in seen.contacts), default=None)
    return (not late(seen, on), last is not None, last or on, -days)
