"""Sentences for the desk: what a case is waiting for, and what happened before it moved on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from portal.arrears.cases.rules import LAST
from portal.arrears.cases.states import ContactChannel, Gate, Rung, Why
from portal.arrears.climbing.gates import Check
from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money

HOLD = N_("The whole case is on hold. Wait until the hold ends.")
# For each gate: the sentence while it is open, and what to do when it is closed.
GATES = {
    Gate.owed: (
        N_("%(sum)s can be chased."),
        N_("Only %(sum)s can be chased. Cases of up to %(least)s go no further; wait for the next bill."),
    ),
    Gate.days: (
        N_("%(days)s days overdue; the next stage starts on day %(least)s."),
        N_("It is %(days)s days overdue. The next stage starts on day %(least)s; wait until then."),
    ),
    Gate.stay: (
        N_("In this stage since %(since)s, which is long enough."),
        N_("In this stage since %(since)s, which is less than %(least)s days."),
    ),
    Gate.promise_over: (
        N_("There is no open promise to pay."),
        N_("A payment was promised by %(day)s. Wait until that day has passed and the money has been booked."),
    ),
    Gate.letter_over: (
        N_("The deadlines of all letters have passed."),
        N_("The deadline in the last letter is %(day)s. Wait until that day has passed."),
    ),
    Gate.message_over: (
        N_("The deadlines of all messages have passed."),
        N_("The last message asked for payment by %(day)s. Wait until that day has passed."),
    ),
    Gate.request_answered: (
        N_("There is no unanswered instalment request."),
        N_("There is an instalment request. Answer it first."),
    ),
    Gate.no_hold: (N_("The case as a whole is not on hold."), HOLD),
    Gate.no_pending_payment: (
        N_("No payment is in progress."),
        N_("A payment is in progress. Wait for the result; it may settle this."),
    ),
    Gate.money_booked: (
        N_("All online payments have been booked."),
        N_("Some online payments have not been booked yet (%(n)s). Wait until they are; see “Payments to review”."),
    ),
    Gate.contact_cap: (
        N_("The home was called %(today)s times today and contacted %(week)s times this week."),
        N_("The home was called %(today)s times today and contacted %(week)s times this week. Leave it alone."),
    ),
    Gate.no_rectification: (
        N_("No answer from a department is outstanding."),
        N_("“%(department)s” still owes this owner an answer. It has to report first."),
    ),
    Gate.demand_over: (
        N_("The demand was delivered, and its deadline passed on %(day)s."),
        N_("The deadline in the demand is %(day)s. Wait until that day has passed."),
    ),
    Gate.no_dispute: (
        N_("There are no open disputes."),
        N_("There are open disputes (%(n)s). They have to be decided first."),
    ),
    Gate.limitation: (
        N_("The next limitation period ends on %(day)s."),
        N_(
            "The three-year limitation period has ended for everything that can be chased (%(n)s charges). A "
            "court would dismiss the claim if the owner objects. Talk to them; an agreement starts a new "
            "three-year period."
        ),
    ),
    Gate.reason_known: (
        N_("The reason for non-payment is on record."),
        N_("No reason for non-payment is on record. Ask, also about hardship, and record it."),
    ),
    Gate.last_stage: (
        N_("The last stage has been reached."),
        N_("Legal steps become available at stage %(least)s. The case is at stage %(stage)s."),
    ),
    Gate.one_path: (
        N_("No other claim is under way."),
        N_("Another claim is under way: %(kind)s. Record its outcome first."),
    ),
    Gate.no_complaint: (
        N_("There are no open complaints about services."),
        N_("There are open complaints (%(n)s). A court does not issue a payment order for a contested debt."),
    ),
    Gate.reachable: (
        N_("The owner's address is known."),
        N_(
            "Their address is unknown: they are recorded as living elsewhere, or no longer own the home and "
            "have no other address on file. A court must be able to serve its papers, so find out the "
            "address first."
        ),
    ),
    Gate.mediation_offered: (
        N_("Mediation was started on %(day)s."),
        N_("Mediation has not been tried yet. It is free and settles most disputes, so start there."),
    ),
}
STEP_DONE = (
    N_("No earlier step is required."),
    N_("The reminder was delivered, or someone was spoken to, on %(day)s."),
    N_("A call or a written notice reached them on %(day)s."),
    N_("Two people visited on %(day)s."),
)
STEP_MISSING = (
    N_("No earlier step is required."),
    N_("The reminder has not been sent yet. It goes out with the next daily run."),
    N_("First, reach someone by phone and record the contact, or deliver a notice and record the proof at the letter."),
    N_("First, visit with two people and record the contact, or have two people deliver a letter."),
)
MISSED = N_("The payment promised by %(day)s was not received.")
OFFERED = N_("Instalments have been offered and can be accepted until %(day)s. Wait until then.")
NOTHING_RUNS = N_("Nothing can be chased now, so no limitation period is running out.")
SOME_OVER = N_("The next limitation period ends on %(day)s; for %(n)s charges it has already ended.")
NO_DEMAND = N_("No demand has been delivered yet. Issue one, and record its delivery at the letter.")


def condition(check: Check) -> Sentence:
    """A gate in words: its evidence if it is open, what to do if it is closed."""
    if check.gate is Gate.previous_step:
        words = (STEP_DONE if check.open else STEP_MISSING)[cast(int, check.facts["stage"])]
    elif check.gate is Gate.promise_over and check.open and check.facts["day"]:
        words = MISSED
    elif check.gate is Gate.request_answered and check.facts["day"]:
        words = OFFERED
    elif check.gate is Gate.demand_over and check.facts["day"] is None:
        words = NO_DEMAND
    elif check.gate is Gate.limitation and check.open and (check.facts["n"] or check.facts["day"] is None):
        words = SOME_OVER if check.facts["day"] else NOTHING_RUNS
    else:
        words = GATES[check.gate][0 if check.open else 1]
    return Sentence(words, check.facts)


REMINDED = N_("The friendly reminder went out on %(done)s; on %(on)s, %(sum)s was still unpaid.")
SPOKEN = N_("They were spoken to on %(done)s; on %(on)s, %(sum)s was still unpaid.")
VISITED = N_("Two people visited on %(done)s; on %(on)s, %(sum)s was still unpaid.")
NOTICED = N_(
    "The payment notice was delivered on %(done)s and its deadline has passed; on %(on)s, %(sum)s was still unpaid."
)
DEMANDED = N_("The deadline in the demand passed on %(done)s; on %(on)s, %(sum)s was still unpaid.")
STEP_TAKEN = N_("The previous step was taken on %(done)s; on %(on)s, %(sum)s was still unpaid.")
BY_STEP = {
    Rung.reminder.value: REMINDED,
    ContactChannel.call.value: SPOKEN,
    ContactChannel.counter.value: SPOKEN,
    ContactChannel.message.value: SPOKEN,
    ContactChannel.visit.value: VISITED,
    ContactChannel.letter.value: NOTICED,
}


def told(why: Why, stage: int, on: date, facts: Mapping[str, Any]) -> Sentence:
    """A change of a case in a sentence: a climb by what was done before it, any other change by its reason.

    `facts` are those stored with the change. Before rule arrears-2 a climb was recorded as an entry with its gates.
    """
    if "gates" not in facts:
        return Sentence("%(why)s", {"why": why})
    gates = {gate["gate"]: gate for gate in facts["gates"]}
    step, demand = gates[Gate.previous_step.value], gates.get(Gate.demand_over.value, {})
    unpaid = {"on": on, "sum": Money(facts["overdue"] - facts["held"])}
    if stage == LAST and demand.get("day"):
        return Sentence(DEMANDED, unpaid | {"done": date.fromisoformat(demand["day"])})
    if not step["day"]:
        return Sentence("%(why)s", {"why": Why.climbed})
    words = BY_STEP.get(step.get("how") or "", STEP_TAKEN)
    return Sentence(words, unpaid | {"done": date.fromisoformat(step["day"])})
