"""What happened before a case climbed, in a sentence made of the facts that the change was recorded with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.arrears.cases.rules import LAST
from portal.arrears.cases.states import ContactChannel, Gate, Rung, Why
from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money

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
