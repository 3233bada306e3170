"""Ask and answer questions about published statements, in public and without naming who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.accounts.questions.rules import answer_due
from portal.homes.units.personal_data import no_personal_data
from portal.homes.vacancies.queries import OWNS_NOW
from portal.kit import clock
from portal.kit.errors import Forbidden, Missing, Refused
from portal.kit.i18n import N_, Bilingual
from portal.kit.ids import id_of
from portal.people.notices.actions import tell
from portal.people.notices.states import NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, reading, retrying, unit_of_work

_ROWS = """
SELECT q.id, q.community, q.statement, q.position, q.body, q.asked_at, q.due_on, q.asked_by, c.name AS estate,
  c.timezone, s.title, l.item_zh, l.item_en, a.body AS answer, a.answered_at
FROM statement_question q JOIN community c ON c.id = q.community JOIN statement s ON s.id = q.statement
JOIN statement_line l ON l.statement = q.statement AND l.position = q.position
LEFT JOIN statement_answer a ON a.question = q.id
"""

# Questions that wait for an answer in the estates {}, and of those the late ones at the moment {}.
WAITING = """
FROM statement_question q JOIN community c ON c.id = q.community WHERE q.community = ANY({})
 AND NOT EXISTS (SELECT FROM statement_answer a WHERE a.question = q.id)
"""
LATE = WAITING + " AND q.due_on < ({} AT TIME ZONE c.timezone)::date"


@dataclass(frozen=True)
class QuestionRow:
    """A question with its answer; `late` if it has waited longer than its place allows."""

    id: UUID
    statement: UUID
    title: str
    estate: str
    zone: str
    position: int
    item: Bilingual
    body: str
    asked_at: datetime
    due_on: date
    answer: str
    answered_at: datetime | None
    late: bool


@retrying
async def ask(by: Principal, statement: UUID, line: str, body: str, *, once: str | None = None) -> UUID:
    """Ask about a line (its number in the statement, or its id) in public, and return the question's id.

    Raises Missing for a line that the reader's estates have not published, Forbidden unless an owner there, Invalid if
    the words name a person, a home or a number.
    """
    async with unit_of_work(*by.communities):
        row = await fetch_one(
            "SELECT l.community, l.position, c.jurisdiction, c.timezone FROM statement_line l"
            " JOIN statement s ON s.id = l.statement AND s.state <> 'draft' JOIN community c ON c.id = l.community"
            " WHERE l.statement = $1 AND l.community = ANY($2) AND $3 IN (l.position::text, l.id::text)",
            statement,
            list(by.communities),
            line,
        )
        if row is None:
            raise Missing
        today = clock.today(row["timezone"])
        person = await fetch_value(
            "SELECT o.person FROM occupancy o CROSS JOIN (SELECT $2::date AS today) t WHERE o.person = ANY($1)"
            f" AND o.community = $3 AND {OWNS_NOW} ORDER BY o.person LIMIT 1",
            list(by.persons),
            today,
            row["community"],
        )
        if person is None:
            raise Forbidden
        await no_personal_data(row["community"], text=body)
        key = id_of(by.human, once)
        made: UUID | None = await fetch_value(
            "INSERT INTO statement_question (id, community, statement, position, body, asked_by, asked_at, due_on,"
            " once) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (once) DO NOTHING"
            " RETURNING id",
            row["community"],
            statement,
            row["position"],
            body,
            person,
            clock.now(),
            answer_due(row["jurisdiction"], today),
            key,
        )
        if made is None:
            value: UUID = await fetch_value("SELECT id FROM statement_question WHERE once = $1", key)
            return value
        await record(
            by.actor, AuditVerb.QUESTION_ASKED, f"statement:{statement}", community=row["community"],
            position=row["position"],
        )  # fmt: skip
    return made


@retrying
async def answer(by: Principal, question: UUID, body: str) -> None:
    """Answer in public, and notify whoever asked.

    Raises Missing without finance or manager there, Refused if it is answered, Invalid if the words name a person, a
    home or a number.
    """
    scope = by.where(May.answer_questions)
    async with unit_of_work(*scope):
        row = await fetch_one(_ROWS + " WHERE q.id = $1 AND q.community = ANY($2)", question, list(scope))
        if row is None:
            raise Missing
        await no_personal_data(row["community"], text=body)
        made = await fetch_value(
            "INSERT INTO statement_answer (id, community, question, body, answered_by, answered_at)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5) ON CONFLICT (question) DO NOTHING RETURNING id",
            row["community"],
            question,
            body,
            await staff_of(by, row["community"]),
            clock.now(),
        )
        if made is None:
            raise Refused(N_("This question has already been answered."))
        await tell(
            [row["asked_by"]], NoticeKind.question_answered, community=row["community"], subject=f"question:{question}",
            link=f"/statements/{row['statement']}", title=row["title"], estate=row["estate"],
        )  # fmt: skip
        await record(
            by.actor, AuditVerb.QUESTION_ANSWERED, f"statement:{row['statement']}", community=row["community"],
            position=row["position"],
        )  # fmt: skip


async def questions_on(statement: UUID) -> list[QuestionRow]:
    """The questions about a statement that its reader may see, by line and time; in the caller's transaction."""
    rows = await fetch(_ROWS + " WHERE q.statement = $1 ORDER BY q.position, q.asked_at", statement)
    return [_row(row) for row in rows]


async def open_questions(community: int) -> list[QuestionRow]:
    """The questions of an estate that wait for an answer, the most urgent first; in the caller's transaction."""
    rows = await fetch(
        _ROWS + " WHERE q.community = $1 AND a.id IS NULL AND s.state <> 'draft' ORDER BY q.due_on, q.asked_at",
        community,
    )
    return [_row(row) for row in rows]


@reading
async def questions_at_desk(by: Principal) -> list[QuestionRow]:
    """The questions that wait for an answer, the most urgent first, then the last twenty answered."""
    rows = await fetch(
        f"(SELECT * FROM ({_ROWS}) w WHERE community = ANY($1) AND answered_at IS NULL ORDER BY due_on, asked_at)"
        f" UNION ALL (SELECT * FROM ({_ROWS}) w WHERE community = ANY($1) AND answered_at IS NOT NULL"
        " ORDER BY answered_at DESC LIMIT 20)",
        list(by.communities),
    )
    return [_row(row) for row in rows]


@reading
async def question_at_desk(by: Principal, question: UUID) -> QuestionRow:
    """One question. Raises Missing for another estate's."""
    row = await fetch_one(_ROWS + " WHERE q.id = $1 AND q.community = ANY($2)", question, list(by.communities))
    if row is None:
        raise Missing
    return _row(row)


def _row(row: Any) -> QuestionRow:
    return QuestionRow(
        id=row["id"],
        statement=row["statement"],
        title=row["title"],
        estate=row["estate"],
        zone=row["timezone"],
        position=row["position"],
        item=Bilingual(row["item_zh"], row["item_en"]),
        body=row["body"],
        asked_at=row["asked_at"],
        due_on=row["due_on"],
        answer=row["answer"] or "",
        answered_at=row["answered_at"],
        late=row["answered_at"] is None and clock.today(row["timezone"]) > row["due_on"],
    )
