"""The states of a case, its steps and gates, the ways of contact, and the reasons for arrears."""

from enum import StrEnum


class CaseState(StrEnum):
    """Open while something is overdue, paused while a hold on the whole case lasts, closed when nothing is overdue."""

    open = "open"
    paused = "paused"
    closed = "closed"


class Rung(StrEnum):
    """What belongs to each stage, from 0 to 4."""

    none = "none"
    reminder = "reminder"
    call = "call"
    visit = "visit"
    demand = "demand"


RUNGS = tuple(Rung)


class Why(StrEnum):
    """The reason for a change of a case, as its history shows it."""

    opened = "opened"
    entered = "entered"
    climbed = "climbed"
    grown = "grown"
    reduced = "reduced"
    held = "held"
    released = "released"
    paused = "paused"
    resumed = "resumed"
    settled = "settled"


class Gate(StrEnum):
    """A condition for climbing a stage or going to court; in the order in which a person would deal with them."""

    no_hold = "no_hold"
    owed = "owed"
    days = "days"
    stay = "stay"
    promise_over = "promise_over"
    request_answered = "request_answered"
    message_over = "message_over"
    previous_step = "previous_step"
    no_pending_payment = "no_pending_payment"
    money_booked = "money_booked"
    contact_cap = "contact_cap"
    no_rectification = "no_rectification"
    demand_over = "demand_over"
    no_dispute = "no_dispute"
    limitation = "limitation"
    reason_known = "reason_known"
    letter_over = "letter_over"
    last_stage = "last_stage"
    one_path = "one_path"
    no_complaint = "no_complaint"
    reachable = "reachable"
    mediation_offered = "mediation_offered"


class ContactChannel(StrEnum):
    """The way staff contacted the debtor: by talking to them, or on paper (缴费通知单, 催缴函)."""

    call = "call"
    visit = "visit"
    counter = "counter"
    message = "message"
    letter = "letter"
    demand = "demand"


class ContactOutcome(StrEnum):
    """The outcome: what was said, that nobody was reached, or how the paper arrived."""

    reached = "reached"
    promised = "promised"
    disputes = "disputes"
    hardship = "hardship"
    refuses = "refuses"
    no_answer = "no_answer"
    wrong_number = "wrong_number"
    handed_over = "handed_over"
    household = "household"
    posted = "posted"
    registered = "registered"
    opened = "opened"
    returned = "returned"


_Came = ContactOutcome
SPOKEN = frozenset({_Came.reached, _Came.promised, _Came.disputes, _Came.hardship, _Came.refuses})
# Paper that arrived: said of an issued letter only (letters), never of a contact that somebody types. What those
# who owe opened in their messages is recorded by the portal, never by staff; an envelope at a door is an attempt.
DELIVERED = frozenset({_Came.handed_over, _Came.household, _Came.registered})
PROVEN = DELIVERED | {_Came.opened}
BY_HAND = DELIVERED - {_Came.registered}
TRIED = frozenset({_Came.posted, _Came.returned})
PAPER = frozenset({ContactChannel.letter, ContactChannel.demand})
ATTEMPTS = frozenset({ContactChannel.call, ContactChannel.visit})  # these disturb a home, so they are limited
MAY_COME_OF = {
    ContactChannel.call: SPOKEN | {_Came.no_answer, _Came.wrong_number},
    ContactChannel.visit: SPOKEN | {_Came.no_answer},
    ContactChannel.counter: SPOKEN,
    ContactChannel.message: SPOKEN | {_Came.no_answer, _Came.wrong_number},
}


class Reason(StrEnum):
    """Why somebody does not pay."""

    forgot = "forgot"
    dissatisfied = "dissatisfied"
    away = "away"
    hardship = "hardship"
    let = "let"
    title_change = "title_change"
    disputed_sum = "disputed_sum"
    developer_legacy = "developer_legacy"
    refuses = "refuses"
    unknown = "unknown"


TELLS = {_Came.disputes: Reason.disputed_sum, _Came.hardship: Reason.hardship, _Came.refuses: Reason.refuses}


class NextStep(StrEnum):
    """What a member of staff is to do next about a case, on a day."""

    call = "call"
    visit = "visit"
    letter = "letter"
    department = "department"
    plan = "plan"
    wait = "wait"


class Cause(StrEnum):
    """An event that restarts the three years of limitation (Civil Code 195)."""

    part_payment = "part_payment"
    agreement = "agreement"
    acknowledgement = "acknowledgement"
    demand = "demand"
    filing = "filing"


class Kept(StrEnum):
    """Whether a promise to pay was kept; awaited until its day is over."""

    kept = "kept"
    awaited = "awaited"
    missed = "missed"
