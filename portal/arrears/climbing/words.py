"""What a case waits for before it climbs, and what happened before it did, in sentences for the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from portal.arrears.cases.rules import LAST
from portal.arrears.cases.states import ContactChannel, Gate, Rung, Why
from portal.arrears.climbing.gates import Check
from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money

HOLD = N_("A hold on the whole case lasts. Wait until it ends.")
# For each gate: what is said while it is open, and what to do when it is shut.
GATES = {
    Gate.owed: (
        N_("%(sum)s may be chased."),
        N_("Only %(sum)s may be chased; up to %(least)s nothing goes further. Wait for the next bill."),
    ),
    Gate.days: (
        N_("%(days)s days past due; the next stage begins on day %(least)s."),
        N_("It is %(days)s days past due. The next stage begins on day %(least)s; wait until then."),
    ),
    Gate.stay: (
        N_("In this stage since %(since)s, long enough to go on."),
        N_("In this stage since %(since)s, and not for %(least)s days yet."),
    ),
    Gate.promise_over: (
        N_("No promise is open."),
        N_("A payment is promised by %(day)s. Wait until that day is over and its money is booked."),
    ),
    Gate.letter_over: (
        N_("No letter gives time any more."),
        N_("The last letter gives time up to and including %(day)s. Wait until then."),
    ),
    Gate.message_over: (
        N_("No message gives time any more."),
        N_("The last message asks them to pay by %(day)s. Wait until that day is over."),
    ),
    Gate.request_answered: (
        N_("No request for instalments waits for an answer."),
        N_("Instalments were asked for. Answer that request first."),
    ),
    Gate.no_hold: (N_("Nothing holds the whole case."), HOLD),
    Gate.no_pending_payment: (
        N_("No payment is on its way."),
        N_("A payment is on its way. Wait for its result: it may settle this."),
    ),
    Gate.money_booked: (
        N_("All money that came in online is booked."),
        N_("Money that came in online is not booked yet (%(n)s). Wait until it is; see “Money to look into”."),
    ),
    Gate.contact_cap: (
        N_("The home was called %(today)s times today and tried %(week)s times within a week."),
        N_("The home was called %(today)s times today and tried %(week)s times within a week. Leave it in peace."),
    ),
    Gate.no_rectification: (
        N_("No department owes an answer."),
        N_("“%(department)s” still owes an answer to this owner. First it says what was done."),
    ),
    Gate.demand_over: (
        N_("The demand arrived, and its time ended on %(day)s."),
        N_("The demand gives time up to and including %(day)s. Wait until then."),
    ),
    Gate.no_dispute: (
        N_("No dispute is open."),
        N_("Disputes are open (%(n)s). They are decided first."),
    ),
    Gate.limitation: (
        N_("The next limitation period ends on %(day)s."),
        N_(
            "The three years are over for everything that may be chased (%(n)s charges): a court would dismiss it if"
            " the owner says so. Talk with them; an agreement begins three years anew."
        ),
    ),
    Gate.reason_known: (
        N_("It is known why nothing is paid."),
        N_("Nobody has recorded yet why nothing is paid. Ask, also for hardship, and record the reason."),
    ),
    Gate.last_stage: (
        N_("The last stage is reached."),
        N_("The paths of law open at stage %(least)s. The case is at stage %(stage)s."),
    ),
    Gate.one_path: (
        N_("No other path is under way."),
        N_("Another path is under way: %(kind)s. Record how it ends first."),
    ),
    Gate.no_complaint: (
        N_("No complaint about a service is open."),
        N_("Complaints are open (%(n)s). A court gives no payment order while the debt is contested."),
    ),
    Gate.reachable: (
        N_("The owner can be reached."),
        N_(
            "Nobody knows where they live: they are recorded as away, or the home is not theirs and no address of their"
            " own is on file. A court has to hand its papers over: find it out first."
        ),
    ),
    Gate.mediation_offered: (
        N_("Mediation was begun on %(day)s."),
        N_("Mediation was not tried yet. It costs nothing and ends most quarrels: begin with it."),
    ),
}
STEP_DONE = (
    N_("Nothing has to come before."),
    N_("The reminder arrived, or somebody was spoken with, on %(day)s."),
    N_("A call or a written notice reached them on %(day)s."),
    N_("Two people were there on %(day)s."),
)
STEP_MISSING = (
    N_("Nothing has to come before."),
    N_("The reminder has not gone out yet. It goes by itself with the daily look."),
    N_("First a call that reaches somebody, recorded as a contact, or a notice whose arrival is proven at the letter."),
    N_("First a visit by two people, recorded as a contact, or a letter that two people brought."),
)
MISSED = N_("What was promised by %(day)s did not come.")
OFFERED = N_("Instalments were offered, and can be agreed with until %(day)s. Wait until then.")
NOTHING_RUNS = N_("Nothing may be chased now, so no time runs out.")
SOME_OVER = N_("The next limitation period ends on %(day)s; for %(n)s charges it is over already.")
NO_DEMAND = N_("No demand has arrived yet. Issue one, and record at that letter how it arrived.")


def condition(check: Check) -> Sentence:
    """A gate in words: its evidence when it is open, what to do when it is shut."""
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


REMINDED = N_("The friendly reminder went out on %(done)s; by %(on)s %(sum)s was still unpaid.")
SPOKEN = N_("They were spoken with on %(done)s; by %(on)s %(sum)s was still unpaid.")
VISITED = N_("Two people came on %(done)s; by %(on)s %(sum)s was still unpaid.")
NOTICED = N_("The payment notice arrived on %(done)s and its time is over; by %(on)s %(sum)s was still unpaid.")
DEMANDED = N_("The time that the demand gave ended on %(done)s; by %(on)s %(sum)s was still unpaid.")
STEP_TAKEN = N_("The step before was taken on %(done)s; by %(on)s %(sum)s was still unpaid.")
BY_STEP = {
    Rung.reminder.value: REMINDED,
    ContactChannel.call.value: SPOKEN,
    ContactChannel.counter.value: SPOKEN,
    ContactChannel.message.value: SPOKEN,
    ContactChannel.visit.value: VISITED,
    ContactChannel.letter.value: NOTICED,
}


def told(why: Why, stage: int, on: date, facts: Mapping[str, Any]) -> Sentence:
    """A change of a case in a sentence: a climb by what was done before it, everything else by its reason.

    `facts` are as they were kept with the change. Until rule arrears-2 a climb was recorded as an entry with its gates.
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
