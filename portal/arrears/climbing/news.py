"""Tell those who owe in their messages that their case has climbed: what was done before it, and what they can do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from portal.arrears.cases.rules import LAST, Standing
from portal.arrears.cases.states import ContactChannel, Gate, Rung
from portal.arrears.climbing.gates import Check, Known
from portal.arrears.ladder.rules import Policy
from portal.arrears.respite.rules import next_of
from portal.people.notices.actions import tell
from portal.people.notices.states import NoticeKind
from portal.platform.db.unit_of_work import fetch, fetch_value

# What was done before a climb, as the words of the message know it.
STEPS = {
    Rung.reminder.value: "reminded",
    ContactChannel.call.value: "spoken",
    ContactChannel.counter.value: "spoken",
    ContactChannel.message.value: "spoken",
    ContactChannel.visit.value: "visited",
    ContactChannel.letter.value: "noticed",
}


async def tell_climbed(
    community: int, case: UUID, higher: Standing, checks: Sequence[Check], known: Known, policy: Policy, on: date
) -> None:
    """Tell each of those who owe, in the caller's unit of work. It waits in the inbox: a climb rings nowhere."""
    rows = await fetch(
        "SELECT m.person FROM arrears_case k JOIN debtor_member m ON m.debtor = k.debtor WHERE k.id = $1"
        " ORDER BY m.person",
        case,
    )
    unit = await fetch_value("SELECT u.name FROM arrears_case k JOIN unit u ON u.id = k.unit WHERE k.id = $1", case)
    await tell(
        [row["person"] for row in rows],
        NoticeKind.stage_climbed,
        community=community,
        subject=f"case:{case}",
        link="/case",
        period=f"{higher.stage}:{on}",
        unit=unit,
        stage=higher.stage,
        elsewhere=known.elsewhere,
        amount=higher.chaseable,
        on=on,
        next_on=next_of(higher, on, policy, known.given, on).on,
        **_done(higher.stage, checks),
    )


def _done(stage: int, checks: Sequence[Check]) -> dict[str, Any]:
    facts = {check.gate: check.facts for check in checks}
    if stage == LAST:
        return {"step": "demanded", "done_on": facts[Gate.demand_over]["day"]}
    step = facts[Gate.previous_step]
    return {"step": STEPS.get(str(step.get("how")), "taken"), "done_on": step["day"]}
