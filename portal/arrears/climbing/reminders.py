"""The first step: one friendly reminder to every debtor of a case, about everything overdue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from portal.arrears.cases.facts import apart_of, standings_of
from portal.arrears.cases.rules import Standing
from portal.arrears.cases.terms import policies_of
from portal.arrears.climbing.facts import known_of
from portal.arrears.climbing.gates import may_remind
from portal.arrears.ladder.queries import ladder_of
from portal.arrears.ladder.rules import SEED, Policy
from portal.arrears.respite.actions import give_time
from portal.arrears.respite.rules import pay_by
from portal.kit import clock
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.estates.worktime import public_holiday
from portal.people.notices.actions import Told, tell_all
from portal.people.notices.rules import decent
from portal.people.notices.states import OUT, Channel, NoticeKind
from portal.platform.db.unit_of_work import fetch, fetch_one

CHANNELS = (Channel.sms, Channel.email)
SUBJECT = "case:"
WEEK = timedelta(days=7)

# Open cases of which no reminder has arrived, at homes whose owners got none, of an earlier case, since the day $5.
# The keys are put together before notices are asked for: behind a row policy no index is used for what `||` makes of
# another table's column.
_CASES = """
WITH k AS MATERIALIZED (
  SELECT k.*, $3 || ':case:' || k.id || ':' AS key, c.timezone FROM arrears_case k
  JOIN community c ON c.id = k.community WHERE k.debtor = ANY($1::uuid[]))
SELECT k.id, k.debtor FROM k WHERE k.state = 'open' AND k.stage > 0 AND k.looked_on <= $2
 AND NOT EXISTS (SELECT FROM notice n JOIN delivery v ON v.notice = n.id
   WHERE n.community = k.community AND n.key = k.key AND v.state = ANY($4))
 AND NOT EXISTS (SELECT FROM k e JOIN notice n ON n.community = e.community AND n.key = e.key
   WHERE e.debtor = k.debtor AND e.id <> k.id AND (n.created_at AT TIME ZONE k.timezone)::date > $5)
ORDER BY k.id
"""
_BILLS = """
SELECT b.debtor, b.period AS month, b.due_on, sum(o.outstanding - o.held - o.covered)::bigint AS amount
FROM unnest($1::uuid[]) AS w(debtor) CROSS JOIN LATERAL owed_by(w.debtor) o JOIN bill b ON b.id = o.bill
WHERE o.due_on < $2 AND o.outstanding > o.held + o.covered AND NOT o.fund
GROUP BY b.debtor, b.id, b.period, b.due_on ORDER BY b.due_on, b.period
"""
_PEOPLE = """
SELECT m.debtor, m.person, u.name AS unit FROM debtor_member m JOIN debtor d ON d.id = m.debtor
JOIN unit u ON u.id = d.unit WHERE m.debtor = ANY($1::uuid[]) ORDER BY m.debtor, m.person
"""


async def remind(community: int, debtors: Sequence[UUID], on: date) -> int:
    """Remind the debtors of open cases that had no reminder, in the caller's unit of work; returns how many.

    Each person gets one reminder (I-N1), and for the same home the next one a week later at the earliest, even for a
    new case. SMS and mail wait for the end of quiet hours and public holidays. What is held or covered by credit is not
    asked for. No further step comes before the day that it names is over.
    """
    rows = await fetch(
        _CASES,
        list(debtors),
        on,
        NoticeKind.arrears_reminder.value,
        [state.value for state in OUT],
        on - WEEK,
    )
    if not rows:
        return 0
    cases = {row["id"]: row["debtor"] for row in rows}
    ladder = await ladder_of(community, on)
    standings, known = await standings_of(cases, on, ladder), await known_of(list(cases), on)
    new = {case: standing for case, standing in standings.items() if known[case].reminded_on is None}
    policies = await policies_of(ladder, new, cases, on)
    ripe = {case: cases[case] for case in new if may_remind(new[case], known[case], policies[case], on)}
    if not ripe:
        return 0
    estate = await fetch_one("SELECT name, timezone FROM community WHERE id = $1", community)
    assert estate
    await tell_all(
        NoticeKind.arrears_reminder,
        await _told(ripe, standings, policies, estate["name"], on),
        community=community,
        channels=CHANNELS,
        not_before=no_sooner(estate["timezone"]),
    )
    for case in ripe:
        await give_time(community, case, case, pay_by(on, policies[case]))
    return len(ripe)


def no_sooner(zone: str) -> datetime | None:
    """When an SMS about money may go out: not in quiet hours, not on a public holiday; None for at once."""
    return decent(clock.real_now(), zone, SEED.quiet_from, SEED.quiet_until, public_holiday)


async def _told(
    ripe: dict[UUID, UUID],
    standings: dict[UUID, Standing],
    policies: dict[UUID, Policy],
    estate: str,
    on: date,
) -> list[Told]:
    """The notices to all debtors: the sum, its bills, and the day to pay by."""
    bills = defaultdict(list)
    for row in await fetch(_BILLS, list(ripe.values()), on):
        bill = {"month": Month.parse(row["month"]), "due_on": row["due_on"], "amount": Money(row["amount"])}
        bills[row["debtor"]].append(bill)
    people = defaultdict(list)
    for row in await fetch(_PEOPLE, list(ripe.values())):
        people[row["debtor"]].append(row)
    apart = await apart_of(list(ripe.values()), [on] * len(ripe))
    notices = []
    for case, debtor in ripe.items():
        facts = {
            "estate": estate,
            "total": standings[case].chaseable,
            "covered": apart[debtor].covered,
            "before": standings[case].chaseable + apart[debtor].covered,
            "fund": apart[debtor].fund,
            "bills": bills[debtor],
            "pay_on": pay_by(on, policies[case]),
        }
        notices += [
            Told(row["person"], f"{SUBJECT}{case}", "/bills", facts=facts | {"unit": row["unit"]})
            for row in people[debtor]
        ]
    return notices
