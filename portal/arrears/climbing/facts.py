"""The facts that gates look at: contacts, reminders, payments, disputes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from portal.arrears.cases.rules import LAST
from portal.arrears.cases.states import ContactChannel, ContactOutcome, Reason
from portal.arrears.climbing.gates import Known, Reached
from portal.arrears.limitation.queries import limitation_of
from portal.arrears.respite.queries import given_of
from portal.care.disputes.states import LIVE as LIVE_DISPUTES
from portal.homes.units.standing import AT_HOME
from portal.kit import clock
from portal.money.checkout.records import LIVE as LIVE_ATTEMPTS
from portal.money.stripe_events.states import EventState
from portal.people.notices.states import OUT, NoticeKind
from portal.platform.db.unit_of_work import fetch, fetch_value

LEFT_LYING = timedelta(minutes=5)  # an older Stripe event that is not booked may be this debtor's money

_FACTS = f"""
WITH k AS MATERIALIZED (SELECT k.*, $2 || ':case:' || k.id || ':' AS key FROM arrears_case k WHERE k.id = ANY($1))
SELECT k.id, NOT {AT_HOME.format(debtor="k.debtor", day="($6::timestamptz AT TIME ZONE c.timezone)::date")}
   AS elsewhere,
 ARRAY(SELECT m.person FROM debtor_member m LEFT JOIN person_now s ON s.person = m.person
   WHERE m.debtor = k.debtor AND s.standing IS DISTINCT FROM 'deceased' ORDER BY m.person) AS named,
 (SELECT max(s.changed_on) FROM (SELECT changed_on, stage, lag(stage) OVER (ORDER BY changed_on, at) AS before
   FROM case_stage WHERE arrears_case = k.id) s WHERE s.before IS DISTINCT FROM s.stage) AS since,
 (SELECT min((n.created_at AT TIME ZONE c.timezone)::date) FROM notice n JOIN delivery v ON v.notice = n.id
   WHERE n.community = k.community AND n.key = k.key AND v.state = ANY($3)) AS reminded_on,
 (SELECT count(*) FROM attempt a WHERE a.debtor = k.debtor AND a.state = ANY($4)) AS pending_payments,
 (SELECT count(*) FROM dispute d WHERE d.debtor = k.debtor AND d.line IS NOT NULL AND d.state = ANY($5)) AS disputes,
 (SELECT r.reason FROM case_reason r WHERE r.arrears_case = k.id ORDER BY r.at DESC LIMIT 1) AS reason
FROM k JOIN community c ON c.id = k.community
"""
_CONTACTS = """
SELECT arrears_case, channel, outcome, on_day, witness IS NOT NULL AS witnessed, proves, person FROM contact
WHERE arrears_case = ANY($1) ORDER BY on_day, at
"""
_TASKS = """
SELECT k.id, d.department, d.department_due FROM dispute d JOIN arrears_case k ON k.debtor = d.debtor
WHERE k.id = ANY($1) AND d.state = ANY($2) AND d.department_due IS NOT NULL ORDER BY d.department_due, d.id
"""


async def known_of(cases: Sequence[UUID], on: date) -> dict[UUID, Known]:
    """What is known of each case besides its debt, as of now, for a look at a day; in the caller's transaction."""
    ids = list(cases)
    contacts: dict[UUID, list[Reached]] = defaultdict(list)
    for row in await fetch(_CONTACTS, ids):
        channel, outcome = ContactChannel(row["channel"]), ContactOutcome(row["outcome"])
        contacts[row["arrears_case"]].append(
            Reached(
                channel=channel,
                outcome=outcome,
                on=row["on_day"],
                witnessed=row["witnessed"],
                proves=row["proves"],
                person=row["person"],
            )
        )
    tasks = defaultdict(list)
    for row in await fetch(_TASKS, ids, [state.value for state in LIVE_DISPUTES]):
        tasks[row["id"]].append((row["department"], row["department_due"]))
    unbooked = await fetch_value(
        "SELECT count(*) FROM stripe_event WHERE state = $1 AND received_at <= $2",
        EventState.pending.value,
        clock.real_now() - LEFT_LYING,
    )
    given = await given_of(dict.fromkeys(ids, on))
    rows = await fetch(
        _FACTS,
        ids,
        NoticeKind.arrears_reminder.value,
        [state.value for state in OUT],
        [state.value for state in LIVE_ATTEMPTS],
        [state.value for state in LIVE_DISPUTES],
        clock.now(),
    )
    return {
        row["id"]: Known(
            since=row["since"],
            reminded_on=row["reminded_on"],
            contacts=tuple(contacts[row["id"]]),
            pending_payments=row["pending_payments"],
            unbooked=unbooked,
            tasks=tuple(tasks[row["id"]]),
            disputes=row["disputes"],
            reason_known=row["reason"] not in (None, Reason.unknown.value),
            given=given[row["id"]],
            elsewhere=row["elsewhere"],
            named=tuple(row["named"]),
        )
        for row in rows
    }


async def known_before(target: int, case: UUID, debtor: UUID, on: date) -> Known:
    """What is known of one case that may climb to stage `target`; before the last, the clocks of what may be chased."""
    known = (await known_of([case], on))[case]
    if target < LAST:
        return known
    rows = (await limitation_of(debtor, on)).clocks
    return replace(known, clocks=tuple(row.clock for row in rows if row.chaseable))
