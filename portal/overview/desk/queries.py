"""The desk's first page: what is waiting, due today, late, or switched off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg import Record

from portal.accounts.publishing.actions import SIGNED
from portal.accounts.questions.actions import LATE as QUESTIONS_LATE, WAITING as QUESTIONS
from portal.arrears.case_file.queries import figures
from portal.arrears.cases.states import RUNGS, Rung
from portal.care.dispute_desk.desk_queries import Card, counts_of, queue_of
from portal.care.plan_pages.queries import LATE, plans_on_desk
from portal.care.plans.rows import PlanRow
from portal.care.plans.states import PlanState
from portal.collection.court.queries import ClaimRow, claims_to_change
from portal.kit import clock
from portal.kit.display import offset
from portal.kit.facts import from_json
from portal.kit.money import Money
from portal.money.corrections.queries import CorrectionRow, corrections_at
from portal.money.stripe_events.desk_queries import UNMATCHED
from portal.overview.desk.losses import LATELY, LOST
from portal.overview.desk.words import ACTORS, OPENED_BY, SUBJECTS, facts_told, kind_of, reason_told
from portal.overview.health.queries import channels_failing
from portal.people.estates.queries import nameless, work_terms
from portal.people.persons.permissions import May, Role
from portal.people.persons.principal import MOST_ESTATES, Principal
from portal.platform.audit.states import AuditVerb
from portal.platform.db.rows import as_row, fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

PER_PAGE = 50
NAMED = 5  # estates that lack something, by name; of one more it is only said that there is


@dataclass(frozen=True)
class Desk:
    """Counts for the reader's communities; a queue they may not work in is None. `stages`: rung -> number and cases.

    Sums are computed for up to MOST_ESTATES at once, otherwise they are None as well.
    """

    disputes: int | None
    disputes_due: int
    disputes_late: int
    plans: int | None
    plans_late: int
    bindings: int | None
    phones: int | None
    stages: dict[Rung, tuple[int, int]] | None
    chaseable: Money | None
    unmatched: int | None
    vacancies: int | None
    imports: int | None
    lost: int | None
    claims: int | None
    questions: int | None
    questions_late: int
    to_sign: int
    estates_without_calendar: list[str]
    failing: dict[str, str]
    nameless: list[str]


@dataclass(frozen=True)
class AuditRow:
    """An audit entry as staff read it."""

    at: datetime
    actor: str
    name: str | None
    verb: AuditVerb
    subject: str
    reason: str | None
    facts: dict[str, Any]
    estate: str
    sequence: int | None
    opens: bool

    @property
    def who(self) -> str:
        """The name of a member of staff, or else the msgid for the kind of actor."""
        return self.name or ACTORS.get(self.actor.partition(":")[0], self.actor)

    @property
    def about(self) -> str:
        """The msgid for the kind of thing it is about."""
        return SUBJECTS.get(kind_of(self.subject), (self.subject, ""))[0]

    @property
    def link(self) -> str:
        """The page of that thing, empty if it has none or the reader may not open it."""
        kind, _colon, key = self.subject.partition(":")
        page = SUBJECTS.get(kind, ("", ""))[1]
        return page + key if page and self.opens else ""

    @property
    def told(self) -> list[tuple[str, object]]:
        """The facts that people read."""
        return facts_told(self.facts)

    @property
    def why(self) -> object:
        """The reason, if it means anything to people."""
        return reason_told(self.subject, self.reason)


@reading
async def desk_of(by: Principal) -> Desk:
    """What waits in the reader's queues now."""
    disputes = await counts_of(by)
    weighable = 0 < len(by.where(May.read_cases)) <= MOST_ESTATES
    cases = await figures(by) if weighable else None
    waiting = await fetch_one(
        f"SELECT ({UNMATCHED}) AS unmatched,"
        " (SELECT count(*) FROM plan WHERE community = ANY($2) AND state = 'requested') AS plans,"
        " (SELECT count(*) FROM plan p JOIN community c ON c.id = p.community"
        f" WHERE p.community = ANY($2) AND {LATE.format('$6')}) AS plans_late,"
        " (SELECT count(*) FROM vacancy WHERE community = ANY($11) AND state = 'waiting') AS vacancies,"
        " (SELECT count(*) FROM binding WHERE community = ANY($3) AND state = 'requested') AS bindings,"
        " (SELECT count(*) FROM phone_change WHERE community = ANY($4) AND state = 'waiting') AS phones,"
        " (SELECT count(*) FROM import_request WHERE community = ANY($5) AND state = 'checked') AS imports,"
        f" (SELECT count(*) {LOST.format('$7', '$8')}) AS lost,"
        f" (SELECT count(*) {QUESTIONS.format('$12')}) AS questions,"
        f" (SELECT count(*) {QUESTIONS_LATE.format('$12', '$6')}) AS questions_late,"
        f" (SELECT count(*) {SIGNED.format('$9', '$10')}) AS to_sign",
        list(by.where(May.read_unmatched)),
        list(by.where(May.answer_plans)),
        list(by.where(May.answer_bindings)),
        list(by.where(May.approve_phone_changes)),
        list(by.where(May.import_files)),
        clock.now(),
        list(by.where(May.read_messages)),
        clock.real_now() - LATELY,
        list(by.where(May.publish_statements)),
        by.human,
        list(by.where(May.answer_vacancies)),
        list(by.where(May.answer_questions)),
    )
    assert waiting
    return Desk(
        disputes=disputes.open if by.where(May.handle_disputes) else None,
        disputes_due=disputes.today,
        disputes_late=disputes.late,
        plans=waiting["plans"] if by.where(May.answer_plans) else None,
        plans_late=waiting["plans_late"],
        bindings=waiting["bindings"] if by.where(May.answer_bindings) else None,
        phones=waiting["phones"] if by.where(May.approve_phone_changes) else None,
        stages={RUNGS[stage]: (stage, n) for stage, n in cases.by_stage.items()} if cases else None,
        chaseable=cases.chaseable if cases else None,
        unmatched=waiting["unmatched"] if by.where(May.read_unmatched) else None,
        vacancies=waiting["vacancies"] if by.where(May.answer_vacancies) else None,
        imports=waiting["imports"] if by.where(May.import_files) else None,
        lost=waiting["lost"] if by.where(May.read_messages) else None,
        claims=len(await claims_to_change(by.where(May.bring_claims))) if by.where(May.bring_claims) else None,
        questions=waiting["questions"] if by.where(May.answer_questions) else None,
        questions_late=waiting["questions_late"],
        to_sign=waiting["to_sign"],
        estates_without_calendar=await _unknown_years(by),
        failing=await channels_failing(),
        nameless=await nameless(by.communities, NAMED + 1),
    )


async def _unknown_years(by: Principal) -> list[str]:
    """Estates whose calendar does not know this year, so that deadlines count Monday to Friday."""
    rows = await fetch("SELECT id, name FROM community WHERE id = ANY($1) ORDER BY code", list(by.communities))
    calendars = {community: terms.calendar for community, terms in (await work_terms(by.communities)).items()}
    return [row["name"] for row in rows if not calendars[row["id"]].knows(clock.today(calendars[row["id"]].zone).year)]


@dataclass(frozen=True)
class Today:
    """Late work first, then what is due today, requests that wait for an answer, and claims whose sum has to change."""

    late: list[Card]
    due: list[Card]
    plans: list[PlanRow]
    corrections: list[CorrectionRow]
    claims: list[ClaimRow]

    @property
    def nothing(self) -> bool:
        """Whether the list is empty."""
        return not (self.late or self.due or self.plans or self.corrections or self.claims)


@reading
async def today_of(by: Principal) -> Today:
    """The reader's list: only queues that they may work in."""
    disputes, plans = by.where(May.handle_disputes), by.where(May.answer_plans)
    late = (await queue_of(by, "late")).cards if disputes else []
    due = (await queue_of(by, "today")).cards if disputes else []
    return Today(
        late,
        [card for card in due if card not in late],
        (await plans_on_desk(by, PlanState.requested)).plans if plans else [],
        [row for row in await corrections_at(by) if row.can_be_answered] if by.where(May.approve_corrections) else [],
        await claims_to_change(by.where(May.bring_claims)),
    )


@dataclass(frozen=True)
class AuditList:
    """A page of entries; `pages` counts up to the next page only, because counting a log of years takes long."""

    rows: list[AuditRow]
    page: int
    pages: int


@reading
async def audit_of(by: Principal, words: str = "", page: int = 1) -> AuditList:
    """The newest audit entries of the reader's communities; `words` is a verb or a subject."""
    rows = await fetch(
        "SELECT a.at, a.actor, a.community, s.name, a.verb, a.subject, a.reason, a.facts, c.name AS estate, k.sequence"
        " FROM audit_entry a JOIN community c ON c.id = a.community LEFT JOIN audit_seal k ON k.entry = a.id"
        " LEFT JOIN staff s ON s.community = a.community AND a.actor = 'staff:' || s.human"
        " WHERE a.community = ANY($1) AND ($2 = '' OR a.verb = $2 OR a.subject = $2)"
        " ORDER BY a.at DESC, k.sequence DESC LIMIT $3 OFFSET $4",
        list(by.where(May.read_audit)),
        words.strip(),
        PER_PAGE + 1,
        offset(page, PER_PAGE),
    )
    result = [_audit_row(by, row) for row in rows]
    return AuditList(result[:PER_PAGE], page, page + (len(result) > PER_PAGE))


def _audit_row(by: Principal, row: Record) -> AuditRow:
    opens = by.may(row["community"], OPENED_BY.get(kind_of(row["subject"]), May.read_audit))
    return as_row(AuditRow, row, leaving=("community", "facts"), facts=from_json(row["facts"]), opens=opens)


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
    """The staff of the communities where the reader may see who works there."""
    return await fetch_as(
        Colleague,
        "SELECT h.login, s.name, s.roles, s.department, c.name AS estate, h.totp_confirmed AS ready FROM staff s"
        " JOIN human h ON h.id = s.human JOIN community c ON c.id = s.community"
        " WHERE s.community = ANY($1) ORDER BY c.code, s.name",
        list(by.where(May.read_staff)),
    )
