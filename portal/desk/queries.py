"""The desk's first page: what waits, what is due today, what is late, and what is switched off."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from portal.audit.states import AuditVerb
from portal.communities.queries import work_terms
from portal.db import fetch, fetch_one, reading
from portal.disputes.desk import counts_of
from portal.kit import clock
from portal.kit.money import Money
from portal.people.principal import Principal, Role

DISPUTES = (Role.service, Role.finance, Role.manager)
CASES = (Role.service, Role.steward, Role.finance, Role.manager, Role.legal)
PLANS = (Role.finance, Role.manager)
AUDITORS = (Role.manager, Role.admin)


@dataclass(frozen=True)
class Desk:
    """Counts of one's communities; a queue one may not work in is None. Sums in Money."""

    disputes: int | None
    disputes_due: int
    disputes_late: int
    plans: int | None
    stages: dict[int, int] | None
    chaseable: Money | None
    unmatched: int | None
    estates_without_calendar: list[str]


@dataclass(frozen=True)
class AuditRow:
    """An audit entry as staff read it."""

    at: datetime
    who: str
    verb: AuditVerb
    subject: str
    reason: str | None
    facts: dict
    sequence: int | None


@reading
async def desk_of(by: Principal) -> Desk:
    """What waits in the reader's queues now."""
    disputes = await counts_of(by)
    plans = await fetch_one(
        "SELECT count(*) AS n FROM plan WHERE community = ANY($1) AND state = 'requested'", list(by.with_role(*PLANS))
    )
    cases = await fetch(
        "SELECT stage, count(*) AS n FROM arrears_case WHERE community = ANY($1) AND state <> 'closed'"
        " GROUP BY stage ORDER BY stage",
        list(by.with_role(*CASES)),
    )
    unmatched = await fetch_one(
        "SELECT count(*) AS n FROM suspense WHERE community = ANY($1) AND resolved_at IS NULL",
        list(by.with_role(*PLANS)),
    )
    assert plans and unmatched
    return Desk(
        disputes.open if by.with_role(*DISPUTES) else None,
        disputes.today,
        disputes.late,
        plans["n"] if by.with_role(*PLANS) else None,
        {row["stage"]: row["n"] for row in cases} if by.with_role(*CASES) else None,
        await _chaseable(by) if by.with_role(*CASES) else None,
        unmatched["n"] if by.with_role(*PLANS) else None,
        await _unknown_years(by),
    )


async def _chaseable(by: Principal) -> Money:
    """What may be chased in open cases: past due and not held (I-C7)."""
    row = await fetch_one(
        "SELECT coalesce(sum(w.outstanding - w.held), 0)::bigint AS fen FROM arrears_case k"
        " JOIN bill b ON b.debtor = k.debtor JOIN line_balance w ON w.bill = b.id"
        " JOIN community c ON c.id = b.community"
        " WHERE k.community = ANY($1) AND k.state = 'open' AND b.due_on < ($2 AT TIME ZONE c.timezone)::date",
        list(by.with_role(*CASES)),
        clock.now(),
    )
    return Money(row["fen"]) if row else Money(0)


async def _unknown_years(by: Principal) -> list[str]:
    """Estates whose calendar does not know this year, so that deadlines count Monday to Friday."""
    rows = await fetch("SELECT id, name FROM community WHERE id = ANY($1) ORDER BY code", list(by.communities))
    calendars = {community: terms.calendar for community, terms in (await work_terms(by.communities)).items()}
    return [row["name"] for row in rows if not calendars[row["id"]].knows(clock.today(calendars[row["id"]].zone).year)]


@reading
async def audit_of(by: Principal, words: str = "", page: int = 1) -> list[AuditRow]:
    """The newest audit entries of one's communities; `words` is a verb or a subject. 50 a page."""
    rows = await fetch(
        "SELECT a.at, coalesce(s.name, a.actor) AS who, a.verb, a.subject, a.reason, a.facts, k.sequence"
        " FROM audit_entry a LEFT JOIN audit_seal k ON k.entry = a.id"
        " LEFT JOIN staff s ON s.community = a.community AND a.actor = 'staff:' || s.human"
        " WHERE a.community = ANY($1) AND ($2 = '' OR a.verb = $2 OR a.subject = $2)"
        " ORDER BY a.at DESC, k.sequence DESC LIMIT 50 OFFSET $3",
        list(by.with_role(*AUDITORS)),
        words.strip(),
        (max(page, 1) - 1) * 50,
    )
    return [AuditRow(**{**row, "verb": AuditVerb(row["verb"]), "facts": json.loads(row["facts"])}) for row in rows]


@dataclass(frozen=True)
class Colleague:
    """A member of staff."""

    login: str
    name: str
    roles: list[Role]
    department: str | None
    estate: str
    ready: bool


@reading
async def colleagues_of(by: Principal) -> list[Colleague]:
    """The staff of one's communities, for managers and admins."""
    rows = await fetch(
        "SELECT h.login, s.name, s.roles, s.department, c.name AS estate, h.totp_confirmed AS ready FROM staff s"
        " JOIN human h ON h.id = s.human JOIN community c ON c.id = s.community"
        " WHERE s.community = ANY($1) ORDER BY c.code, s.name",
        list(by.with_role(*AUDITORS)),
    )
    return [Colleague(**{**row, "roles": [Role(role) for role in row["roles"]]}) for row in rows]
