"""What a decision credits, when the next answer is due, and what the owner reads about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.care.disputes.states import LIVE, DisputeState, Outcome, Promise, StepKind
from portal.kit.errors import Invalid
from portal.kit.i18n import N_, Sentence
from portal.kit.money import ZERO, Money
from portal.people.estates.rules import Deadlines, Pause, WorkCalendar, paused

FOUR_WEEKS = timedelta(weeks=4)  # days until an owner is asked whether it is really fixed
CREDITS_ADD_UP_DAYS = 365  # decisions within this time count together towards the limit
HOW_MUCH = N_("Enter how much of the %(disputed)s to credit.")
BETWEEN = N_("Enter more than zero and less than the disputed %(disputed)s, or choose another outcome.")
WHOLE = N_("“Upheld” credits the whole %(disputed)s. For less, choose “partly upheld”.")
NO_SUM = N_("No amount is in dispute, so nothing can be credited. Leave the amount empty.")
NOTHING = N_("“Rejected” credits nothing. To credit part of it, choose “partly upheld”.")


def credited(outcome: Outcome, amount: Money | None, disputed: Money) -> Money:
    """The part of the disputed sum that a decision credits. Raises Invalid("amount") if outcome and amount disagree.

    If no sum is in dispute, no outcome credits anything.
    """
    if not disputed:
        if amount in (None, ZERO):
            return ZERO
        raise Invalid("amount", NO_SUM)
    match outcome:
        case Outcome.upheld if amount in (None, disputed):
            return disputed
        case Outcome.upheld:
            raise Invalid("amount", WHOLE, disputed=disputed)
        case Outcome.rejected if amount in (None, ZERO):
            return ZERO
        case Outcome.rejected:
            raise Invalid("amount", NOTHING)
    if amount is None:
        raise Invalid("amount", HOW_MUCH, disputed=disputed)
    if not ZERO < amount < disputed:
        raise Invalid("amount", BETWEEN, disputed=disputed)
    return amount


def resumed(task: bool, reopened: bool) -> DisputeState:
    """The state after the owner answered, the department did its task, or a proposal was not approved.

    `task` says whether a department still has something to do.
    """
    if task:
        return DisputeState.routed
    return DisputeState.reopened if reopened else DisputeState.open


@dataclass(frozen=True)
class Promised:
    """One promise: `due` is None while the clock is stopped, `done` None until it is kept."""

    what: Promise
    due: datetime | None
    done: datetime | None


@dataclass(frozen=True)
class Course:
    """The clock of a dispute in its present round; all moments in UTC."""

    state: DisputeState
    deadlines: Deadlines
    acknowledged_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    pauses: tuple[Pause, ...] = ()

    def promises(self, calendar: WorkCalendar) -> list[Promised]:
        """The three promises with their deadlines, extended by the time that the clock was stopped."""
        marks = (
            (Promise.acknowledge, self.deadlines.acknowledge, self.acknowledged_at),
            (Promise.reply, self.deadlines.reply, self.replied_at),
            (Promise.close, self.deadlines.close, self.closed_at),
        )
        return [Promised(what, paused(calendar, due, self.pauses), done) for what, due, done in marks]

    def next(self, calendar: WorkCalendar) -> Promised | None:
        """The first promise that is still open; None if staff owe nothing any more."""
        if self.state not in LIVE:
            return None
        return next((promise for promise in self.promises(calendar) if promise.done is None), None)


def pauses_of(round_began: datetime, rows: Iterable[tuple[datetime, datetime | None]]) -> tuple[Pause, ...]:
    """The pauses of the present round."""
    return tuple(Pause(began, ended) for began, ended in rows if began >= round_began)


WORDS: dict[Promise, str] = {
    Promise.acknowledge: N_("Someone will take this on by %(due)s."),
    Promise.reply: N_("We are looking into it. You will have a first answer by %(due)s."),
    Promise.close: N_("We are looking into it. You will have a decision with reasons by %(due)s."),
}
LATE = N_("We promised you an answer by %(due)s and we are late. We are sorry; this is now our first priority.")
ASKED = N_("We need an answer from you to continue. Our deadline is paused until then.")
ROUTED = N_("%(department)s is looking into it. You will have a decision with reasons by %(due)s.")
REPORTED = N_("%(department)s has reported what was done. You will have a decision with reasons by %(due)s.")
WAITING = N_(
    "A decision has been prepared. Because of the amount, a second person has to agree. You will "
    "hear from us by %(due)s."
)
DECIDED = N_("Please let us know whether you accept this. If not, reopen the dispute and tell us why.")
ACCEPTED = N_("You accepted the decision. There is nothing more to do.")
TAKEN_BACK = N_("You withdrew this dispute. There is nothing more to do.")
WITHDRAWN = N_("You withdrew this dispute. The amount is due as before.")


def what_next(
    state: DisputeState,
    awaited: Promised | None,
    department: str | None,
    now: datetime,
    *,
    task: bool = True,
    sum_: bool = True,
) -> Sentence:
    """What happens next and by when, as the owner reads it.

    `task` is as for `resumed`; `sum_` says whether a sum is in dispute.
    """
    ended = {
        DisputeState.decided: DECIDED,
        DisputeState.accepted: ACCEPTED,
        DisputeState.withdrawn: WITHDRAWN if sum_ else TAKEN_BACK,
    }
    if state in ended:
        return Sentence(ended[state])
    if awaited is None or awaited.due is None:
        return Sentence(ASKED)
    if awaited.due < now:
        return Sentence(LATE, {"due": awaited.due})
    if state is DisputeState.awaiting_approval:
        return Sentence(WAITING, {"due": awaited.due})
    if department and awaited.what is Promise.close:
        return Sentence(ROUTED if task else REPORTED, {"department": department, "due": awaited.due})
    return Sentence(WORDS[awaited.what], {"due": awaited.due})


TONES = {
    StepKind.asked: "wait",
    StepKind.proposed: "wait",
    StepKind.returned: "wait",
    StepKind.rectified: "good",
    StepKind.reopened: "wait",
    StepKind.decided: "good",
    StepKind.accepted: "good",
    StepKind.confirmed: "good",
    StepKind.withdrawn: "calm",
}


def unknown_years(calendar: WorkCalendar, moments: Sequence[datetime | None]) -> list[int]:
    """The years of these moments whose public holidays are not published yet."""
    years = {calendar.local(moment).year for moment in moments if moment is not None}
    return sorted(year for year in years if not calendar.knows(year))
