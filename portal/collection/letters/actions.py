"""Issue a letter with its number and facts, and notify every debtor."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.arrears.cases.actions import refresh_cases
from portal.arrears.cases.facts import standings_of
from portal.arrears.cases.queries import case_at_desk
from portal.arrears.cases.rules import LAST, Standing
from portal.arrears.cases.states import RUNGS, CaseState
from portal.arrears.cases.terms import policies_of
from portal.arrears.climbing.facts import known_before
from portal.arrears.climbing.gates import Known, gates_of_law, gates_of_paper
from portal.arrears.climbing.reminders import no_sooner
from portal.arrears.climbing.words import condition
from portal.arrears.ladder.queries import ladder_of
from portal.arrears.ladder.rules import Policy
from portal.arrears.respite.actions import give_time
from portal.collection.letters.facts import SUPERSEDED, stated_facts
from portal.collection.letters.states import FROM_STAGE, LetterKind, number_of
from portal.homes.units.standing import AT_HOME
from portal.kit import clock
from portal.kit.errors import Forbidden, Refused
from portal.kit.facts import plain
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.people.estates.creditor import Paper
from portal.people.notices.actions import tell
from portal.people.notices.states import Channel, NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_one, fetch_value, retrying, unit_of_work

TO_ISSUE = {
    LetterKind.notice: May.issue_notices,
    LetterKind.demand: May.issue_demands,
    LetterKind.lawyer_draft: May.issue_lawyer_drafts,
}
AGAIN_AFTER = timedelta(days=7)
CAME_BACK = (
    "EXISTS (SELECT FROM letter_proof p JOIN contact o ON o.id = p.contact WHERE p.letter = l.id"
    " AND o.outcome = 'returned')"
)

# A letter l of a case k was written to owners of the home, and on the day $2 it is no longer theirs.
MOVED = f"(l.facts->>'standing' = 'owner' AND NOT {AT_HOME.format(debtor='k.debtor', day='$2')})"

CLOSED = N_("This case is closed. There is no need for a letter.")
TOO_EARLY = N_("This letter can be sent from stage %(least)s. The case is at stage %(stage)s.")
GIVES_TIME = N_("The deadline in letter %(number)s is %(day)s. Wait until that day has passed.")
THERE = N_("Letter %(number)s already says this. Deliver it, or wait until %(day)s to issue another one.")


@retrying
async def issue_letter(by: Principal, case: UUID, kind: LetterKind, pay_at: str, *, once: str | None = None) -> UUID:
    """Issue a letter dated today for all that may be chased, net of credit, and return its id.

    `pay_at` is the address to pay at. Raises Missing; Forbidden without the role for this kind; Refused for a closed
    case, a stage that is too low, a closed gate, missing details of the company, no postal address of debtors who do
    not own the home, and while an equal letter of the last week is on its way or has arrived.
    """
    letter = id_of(by.human, once)
    async with unit_of_work(*by.where(May.issue_letters)):
        row = await case_at_desk(by, case, May.issue_letters)
        if not by.may(row["community"], TO_ISSUE[kind]):
            raise Forbidden
        if await fetch_value("SELECT id FROM letter WHERE id = $1", letter):
            return letter
        on = max(clock.today(row["timezone"]), row["looked_on"])
        await refresh_cases(row["community"], [row["debtor"]], on, actor=by.actor)
        ladder, debtors = await ladder_of(row["community"], on), {case: row["debtor"]}
        standing = (await standings_of(debtors, on, ladder))[case]
        policy = (await policies_of(ladder, {case: standing}, debtors, on))[case]
        known = await known_before(LAST, case, row["debtor"], on)
        await _may(case, kind, standing=standing, known=known, policy=policy, on=on)
        await _write(by, row, letter=letter, kind=kind, standing=standing, policy=policy, on=on, pay_at=pay_at)
    return letter


async def _may(case: UUID, kind: LetterKind, standing: Standing, known: Known, policy: Policy, on: date) -> None:
    """Raises Refused with the reason that prevents it."""
    if standing.state is CaseState.closed:
        raise Refused(CLOSED)
    if standing.stage < FROM_STAGE[kind]:
        raise Refused(TOO_EARLY, least=FROM_STAGE[kind], stage=standing.stage)
    law = kind is LetterKind.lawyer_draft
    checks = gates_of_law(standing, known, policy, on) if law else gates_of_paper(standing, known, policy, on)
    shut = next((check for check in checks if not check.open), None)
    if shut:
        reason = condition(shut)
        raise Refused(reason.text, **reason.facts)
    if last := await _still_counts(case, on, kind):
        number = number_of(LetterKind(last["kind"]), last["issued_on"].year, last["number"])
        if last["kind"] != kind:
            raise Refused(GIVES_TIME, number=number, day=last["until"])
        raise Refused(THERE, number=number, day=last["free_on"])


async def _still_counts(case: UUID, on: date, kind: LetterKind) -> Record | None:
    """A letter of this kind of the last week, or one whose time is not over.

    Letters that came back or are superseded do not count, nor those for a home that is no longer the addressees'.
    """
    return await fetch_one(
        "SELECT l.kind, l.number, l.issued_on, g.until, greatest(g.until + 1, l.issued_on + 7) AS free_on"
        " FROM letter l JOIN arrears_case k ON k.id = l.arrears_case"
        " CROSS JOIN LATERAL (SELECT max(t.until) AS until FROM time_given t WHERE t.source = l.id) g"
        " WHERE l.arrears_case = $1 AND (g.until >= $2 OR l.kind = $3 AND l.issued_on > $4)"
        f" AND NOT {CAME_BACK} AND NOT {SUPERSEDED} AND NOT {MOVED} ORDER BY l.kind = $3 DESC, l.number DESC LIMIT 1",
        case,
        on,
        kind.value,
        on - AGAIN_AFTER,
    )


async def _write(
    by: Principal,
    row: Record,
    letter: UUID,
    kind: LetterKind,
    standing: Standing,
    policy: Policy,
    on: date,
    pay_at: str,
) -> None:
    community = row["community"]
    await advisory_lock(f"letters:{community}")
    number = 1 + (await fetch_value("SELECT coalesce(max(number), 0) FROM letter WHERE community = $1", community))
    amount = standing.chaseable
    pay_by = on + timedelta(days=policy.pay_within if kind is LetterKind.notice else policy.grace_days)
    names = Paper.suit if kind is LetterKind.lawyer_draft else Paper.letter
    facts = await stated_facts(row["debtor"], on, names) | {
        "days": standing.days,
        "pay_at": pay_at,
    }
    facts["rung"] = RUNGS[standing.stage].value
    await fetch(
        "INSERT INTO letter (id, community, arrears_case, kind, number, issued_on, pay_by, amount, facts, by_staff, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11)",
        letter,
        community,
        row["id"],
        kind.value,
        number,
        on,
        pay_by,
        amount.fen,
        json.dumps(facts, default=plain, ensure_ascii=False, sort_keys=True),
        await staff_of(by, community),
        clock.now(),
    )
    called = number_of(kind, on.year, number)
    await record(
        by.actor, AuditVerb.LETTER_ISSUED, f"letter:{letter}", community=community, case=row["id"], kind=kind,
        number=called, amount=amount,
    )  # fmt: skip
    if kind is not LetterKind.lawyer_draft:
        await give_time(community, row["id"], letter, pay_by)
        await _tell(row, letter, number=called, amount=amount, pay_on=pay_by, unit=facts["unit"])


async def _tell(row: Record, letter: UUID, **facts: Any) -> None:
    """Put the letter in each debtor's inbox; opening it there proves that it arrived (Civil Code 137)."""
    people = await fetch("SELECT person FROM debtor_member WHERE debtor = $1 ORDER BY person", row["debtor"])
    await tell(
        [one["person"] for one in people],
        NoticeKind.letter_issued,
        community=row["community"],
        subject=f"letter:{letter}",
        link=f"/letters/{letter}",
        channels=(Channel.inbox, Channel.sms),
        not_before=no_sooner(row["timezone"]),
        **facts,
    )
