"""Notices to debtors: their case has moved on, or a pause for hardship is ending."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.arrears.cases.facts import standings_of
from portal.arrears.cases.rules import LAST, Standing
from portal.arrears.cases.states import ContactChannel, Gate, Rung
from portal.arrears.cases.terms import policies_of
from portal.arrears.climbing.gates import Check, Known
from portal.arrears.climbing.reminders import no_sooner
from portal.arrears.ladder.queries import ladder_of
from portal.arrears.ladder.rules import Policy
from portal.arrears.respite.actions import give_time
from portal.arrears.respite.rules import next_of, pay_by
from portal.people.notices.actions import Told, tell, tell_all
from portal.people.notices.states import Channel, NoticeKind
from portal.platform.db.unit_of_work import fetch, fetch_value, retrying, unit_of_work

# What was done before a climb, by the name that the message's template uses.
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
    """Notify each debtor, in the caller's unit of work. It goes to the inbox only, so no phone rings."""
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


CHANNELS = (Channel.inbox, Channel.sms)
SOON = timedelta(days=3)
WEEK = timedelta(days=7)  # pauses that ended earlier than this are not announced any more

# Pauses of live cases that end soon, where nothing else holds everything for longer.
_ENDING = """
SELECT h.debtor, h.source, h.until, k.id AS case FROM hold h
JOIN arrears_case k ON k.debtor = h.debtor AND k.state <> 'closed'
WHERE h.community = $1 AND h.reason = 'hardship' AND h.released_at IS NULL AND h.until BETWEEN $2 AND $3
AND NOT EXISTS (SELECT FROM hold o WHERE o.debtor = h.debtor AND o.line IS NULL AND o.released_at IS NULL
  AND coalesce(o.until, 'infinity') > h.until)
"""
# Pauses that lasted to their end, of cases that are open again, whose end was not announced yet.
_ENDED = """
WITH h AS MATERIALIZED (SELECT h.*, $4 || ':hold:' || h.source || ':' AS key FROM hold h
  JOIN community c ON c.id = h.community WHERE h.community = $1 AND h.reason = 'hardship'
  AND h.until BETWEEN $2 AND $3 AND (h.released_at AT TIME ZONE c.timezone)::date > h.until)
SELECT h.debtor, h.source, h.until, k.id AS case FROM h
JOIN arrears_case k ON k.debtor = h.debtor AND k.state = 'open'
WHERE NOT EXISTS (SELECT FROM notice n WHERE n.community = h.community AND n.key = h.key)
"""
_PEOPLE = """
SELECT m.debtor, m.person, u.name AS unit FROM debtor_member m JOIN debtor d ON d.id = m.debtor
JOIN unit u ON u.id = d.unit WHERE m.debtor = ANY($1::uuid[]) ORDER BY m.debtor, m.person
"""


@retrying
async def tell_of_pauses(community: int, on: date) -> int:
    """Announce once each pause that ends within three days of `on`, and each that has ended; returns how many.

    The notice of an ended pause says what to pay and by when, and no further step comes before that day is over.
    """
    async with unit_of_work(community):
        ending = await fetch(_ENDING, community, on, on + SOON)
        kind = NoticeKind.pause_ended
        ended = await fetch(_ENDED, community, on - WEEK, on - timedelta(days=1), kind.value)
        if not (ending or ended):
            return 0
        zone = await fetch_value("SELECT timezone FROM community WHERE id = $1", community)
        facts = await _given_anew(community, ended, on)
        ended = [row for row in ended if row["case"] in facts]
        for what, notices in ((NoticeKind.pause_ends, await _told(ending, {})), (kind, await _told(ended, facts))):
            await tell_all(what, notices, community=community, channels=CHANNELS, not_before=no_sooner(zone))
        return len(ending) + len(ended)


async def _given_anew(community: int, ended: Sequence[Record], on: date) -> dict[UUID, dict[str, object]]:
    """What to pay, by case, if it is more than a small balance; the time this gives them is recorded."""
    debtors = {row["case"]: row["debtor"] for row in ended}
    ladder = await ladder_of(community, on)
    standings = await standings_of(debtors, on, ladder)
    policies = await policies_of(ladder, standings, debtors, on)
    facts: dict[UUID, dict[str, object]] = {}
    for case, standing in standings.items():
        if standing.chaseable > policies[case].small_balance:
            last = pay_by(on, policies[case])
            await give_time(community, case, case, last)
            facts[case] = {"total": standing.chaseable, "pay_on": last, "days": policies[case].pay_within}
    return facts


async def _told(rows: Sequence[Record], facts: Mapping[UUID, Mapping[str, object]]) -> list[Told]:
    people = defaultdict(list)
    for one in await fetch(_PEOPLE, [row["debtor"] for row in rows]):
        people[one["debtor"]].append(one)
    return [
        Told(
            one["person"],
            f"hold:{row['source']}",
            "/case",
            facts={"unit": one["unit"], "until_on": row["until"], **facts.get(row["case"], {})},
        )
        for row in rows
        for one in people[row["debtor"]]
    ]
