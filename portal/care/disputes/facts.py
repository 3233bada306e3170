"""What both sides see of a dispute: sums, deadline, history, photos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.care.disputes.rules import TONES, Course, Promised, pauses_of, what_next
from portal.care.disputes.states import LIVE, DisputeReason, DisputeState, Outcome, PhotoKind, StepKind
from portal.care.disputes.steps import photos_at
from portal.kit.errors import Missing
from portal.kit.i18n import Bilingual, Sentence
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.estates.queries import WorkTerms, work_terms
from portal.people.estates.rules import Deadlines
from portal.platform.db.unit_of_work import Scope, fetch, fetch_value
from portal.platform.files.queries import PhotoRow, photo_of, photos_of_all

FIELDS = (
    "SELECT d.*, u.name AS unit, coalesce(i.name_zh, r.title) AS name_zh, coalesce(i.name_en, r.title) AS name_en,"
    " coalesce(l.first_month, month.done) AS first_month, coalesce(l.last_month, month.done) AS last_month, l.bill,"
    " c.name AS estate, coalesce(c.hotline, c.phone) AS hotline, s.name AS claimed_name,"
    " (SELECT least((SELECT coalesce(sum(h.amount), 0) FROM hold h WHERE h.source = d.id AND h.released_at IS NULL),"
    "   greatest(w.outstanding, 0))::bigint FROM line_balance w WHERE w.line = d.line) AS held,"
    " (SELECT coalesce(sum(x.amount), 0)::bigint FROM decision x"
    "   WHERE x.dispute = d.id AND x.final_at IS NOT NULL) AS credited,"
    " last.outcome, last.amount AS last_amount, last.final_at, last.adjustment"
)
TABLES = (
    " FROM dispute d JOIN community c ON c.id = d.community JOIN debtor o ON o.id = d.debtor"
    " JOIN unit u ON u.id = o.unit LEFT JOIN bill_line l ON l.id = d.line"
    " LEFT JOIN charge_item i ON i.id = l.item LEFT JOIN service_record r ON r.id = d.service"
    " CROSS JOIN LATERAL (SELECT to_char(r.done_at AT TIME ZONE c.timezone, 'YYYY-MM') AS done) month"
    " LEFT JOIN staff s ON s.id = d.claimed_by"
    " LEFT JOIN LATERAL (SELECT x.outcome, x.amount, x.final_at, x.adjustment FROM decision x"
    "   WHERE x.dispute = d.id AND x.final_at IS NOT NULL ORDER BY x.round DESC LIMIT 1) last ON true"
)


@dataclass(frozen=True)
class Dispute:
    """A dispute in a list. `amount` is the sum disputed, `held` the part that is not chased now.

    If it is about a piece of work, it has a `service` instead of a line, `item` is its name, and it has no sum.
    """

    id: UUID
    community: int
    line: UUID | None
    bill: UUID | None
    service: UUID | None
    unit: str
    estate: str
    item: Bilingual
    first: Month
    last: Month
    amount: Money
    held: Money
    credited: Money
    reason: DisputeReason
    state: DisputeState
    outcome: Outcome | None
    version: int
    department: str | None
    department_due: date | None
    claimed_by: UUID | None
    claimed_name: str | None
    opened_at: datetime
    awaited: Promised | None
    promises: list[Promised]
    next_words: Sentence
    late: bool
    task_late: bool

    @property
    def due(self) -> datetime | None:
        """When the next reply of staff is due; None while their clock is stopped and once it is decided."""
        return self.awaited.due if self.awaited else None

    @property
    def look(self) -> str:
        """The tone of its outcome or state; a rejection is no alarm."""
        if self.outcome is not None:
            return "calm" if self.outcome is Outcome.rejected else "good"
        return "calm" if self.state is DisputeState.withdrawn else "wait"

    @property
    def is_live(self) -> bool:
        """Whether it is neither decided nor withdrawn."""
        return self.state in LIVE

    @property
    def has_task(self) -> bool:
        """Whether its department still has something to do; nothing once it is decided."""
        return self.is_live and self.department_due is not None

    @property
    def is_decided(self) -> bool:
        """Whether its owner may accept or reopen it now."""
        return self.state is DisputeState.decided

    @property
    def is_asked(self) -> bool:
        """Whether it waits for an answer of the owner."""
        return self.state is DisputeState.asked

    @property
    def left(self) -> Money:
        """The part that no decision has credited."""
        return self.amount - self.credited


@dataclass(frozen=True)
class Step:
    """One step of a dispute. `who` is the member of staff, None for the owner; `note` is for the desk only.

    `photos` are those that a department took.
    """

    kind: StepKind
    at: datetime
    who: str | None
    body: str | None
    note: str | None
    department: str | None
    due_on: date | None
    photos: dict[PhotoKind, list[PhotoRow]] = field(default_factory=dict)

    @property
    def tone(self) -> str:
        """The tone in which it is shown."""
        return TONES.get(self.kind, "info")


@dataclass(frozen=True)
class History:
    """The history on a dispute's page; `photos` are the owner's."""

    body: str
    steps: list[Step]
    photos: list[PhotoRow]


async def with_clocks(
    rows: Iterable[Record], now: datetime, terms: Mapping[int, WorkTerms] | None = None
) -> list[Dispute]:
    """Rows of FIELDS as disputes, each with its next promise in the estate's working time (`terms`, if known)."""
    rows = list(rows)
    terms = terms or await work_terms({row["community"] for row in rows})
    pauses: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    for pause in await fetch(
        "SELECT dispute, starts_at, ends_at FROM dispute_pause WHERE dispute = ANY($1) ORDER BY starts_at",
        [row["id"] for row in rows],
    ):
        pauses.setdefault(pause["dispute"], []).append((pause["starts_at"], pause["ends_at"]))
    return [_dispute(row, terms[row["community"]], pauses.get(row["id"], []), now) for row in rows]


async def history_of(dispute: UUID, community: int, body: str) -> History:
    """All steps in order, with their photos."""
    rows = await fetch(
        "SELECT t.id, t.kind, t.at, t.body, t.note, t.department, t.due_on, s.name AS who FROM dispute_step t"
        " LEFT JOIN staff s ON s.id = t.by_staff WHERE t.dispute = $1 ORDER BY t.at, t.id",
        dispute,
    )
    own, shown = f"dispute:{dispute}", [row["id"] for row in rows if row["kind"] == StepKind.rectified]
    subjects = [own, *(photos_at(step, kind) for step in shown for kind in PhotoKind)]
    photos = await photos_of_all(community, subjects)
    steps = [_step(row, photos) for row in rows]
    return History(body, steps, photos.get(own, []))


async def photo_in(scope: Scope, dispute: UUID, photo: UUID, *, small: bool = False) -> bytes:
    """A photo of a dispute, by the owner or a department, as JPEG. Raises Missing if it is not one of its photos."""
    subject = await fetch_value(
        "SELECT p.subject FROM photo p WHERE p.id = $1 AND (p.subject = $3 OR EXISTS (SELECT"
        " FROM dispute_step t WHERE t.dispute = $2 AND p.subject LIKE 'dispute_step:' || t.id::text || ':%'))",
        photo,
        dispute,
        f"dispute:{dispute}",
    )
    if subject is None:
        raise Missing
    return await photo_of(scope, subject, photo, small=small)


def _step(row: Record, photos: Mapping[str, list[PhotoRow]]) -> Step:
    shown = {kind: photos[at] for kind in PhotoKind if (at := photos_at(row["id"], kind)) in photos}
    kind = StepKind(row["kind"])
    return Step(
        kind=kind,
        at=row["at"],
        who=row["who"],
        body=row["body"],
        note=row["note"],
        department=row["department"],
        due_on=row["due_on"],
        photos=shown,
    )


def _dispute(row: Record, terms: WorkTerms, pauses: list[Any], now: datetime) -> Dispute:
    state = DisputeState(row["state"])
    course = Course(
        state=state,
        deadlines=Deadlines(acknowledge=row["acknowledge_by"], reply=row["reply_by"], close=row["close_by"]),
        acknowledged_at=row["acknowledged_at"],
        replied_at=row["replied_at"],
        closed_at=row["final_at"] if state not in LIVE else None,
        pauses=pauses_of(row["round_began_at"], pauses),
    )
    awaited = course.next(terms.calendar)
    closed = state in (DisputeState.decided, DisputeState.accepted)
    task_due = row["department_due"] if state in LIVE else None
    return Dispute(
        id=row["id"],
        community=row["community"],
        line=row["line"],
        bill=row["bill"],
        service=row["service"],
        unit=row["unit"],
        estate=row["estate"],
        item=Bilingual(row["name_zh"], row["name_en"]),
        first=Month.parse(row["first_month"]),
        last=Month.parse(row["last_month"]),
        amount=Money(row["amount"] or 0),
        held=Money(row["held"] or 0),
        credited=Money(row["credited"]),
        reason=DisputeReason(row["reason"]),
        state=state,
        outcome=Outcome(row["outcome"]) if closed else None,
        version=row["version"],
        department=row["department"],
        department_due=row["department_due"],
        claimed_by=row["claimed_by"],
        claimed_name=row["claimed_name"],
        opened_at=row["opened_at"],
        awaited=awaited,
        promises=course.promises(terms.calendar),
        next_words=what_next(
            state, awaited, row["department"], now, task=task_due is not None, sum_=row["line"] is not None
        ),
        late=bool(awaited and awaited.due and awaited.due < now),
        task_late=task_due is not None and task_due < terms.calendar.local(now).date(),
    )
