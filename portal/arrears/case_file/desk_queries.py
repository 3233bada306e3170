"""A home's debtors for staff: their situation, its history, and messages that were not sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.arrears.cases.reaching import NOTES
from portal.homes.units.standing import Member, members_of, standing_of
from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.facts import from_json
from portal.kit.language import language
from portal.people.notices.states import Channel, DeliveryState, NoticeKind, Unsent
from portal.people.notices.words import word
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.states import DebtorStanding
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

MOST_STOPPED = 50


@dataclass(frozen=True)
class SaidOf:
    """What was recorded of a person and by whom; `heir` is who represents them since then."""

    name: str
    standing: DebtorStanding
    since: date
    evidence: str
    address: str | None
    heir: str | None
    by: str
    at: datetime


@dataclass(frozen=True)
class Stopped:
    """A message that was not sent because its recipient was known to have died; it stays unsent."""

    at: datetime
    name: str
    channel: Channel
    subject: str


@dataclass(frozen=True)
class Owing:
    """A debtor: home, people on this day, newest case, and what was recorded or not sent, the latest first."""

    id: UUID
    unit: str
    estate: str
    zone: str
    case: UUID | None
    members: Sequence[Member]
    said: Sequence[SaidOf]
    stopped: Sequence[Stopped]

    @property
    def standing(self) -> DebtorStanding:
        """The standing that the debtors have together."""
        return standing_of(self.members)

    @property
    def note(self) -> str | None:
        """What staff should know about them, as a sentence to be translated."""
        return NOTES.get(self.standing)


@reading
async def debtor_on_desk(by: Principal, debtor: UUID) -> Owing:
    """A debtor in the reader's communities. Raises Missing where they may not read cases."""
    row = await fetch_one(
        "SELECT d.id, u.name AS unit, c.name AS estate, c.timezone AS zone, (SELECT k.id FROM arrears_case k"
        "   WHERE k.debtor = d.id ORDER BY k.opened_on DESC, k.id LIMIT 1) AS case"
        " FROM debtor d JOIN unit u ON u.id = d.unit JOIN community c ON c.id = d.community"
        " WHERE d.id = $1 AND d.community = ANY($2::int[])",
        debtor,
        list(by.where(May.read_cases)),
    )
    if row is None:
        raise Missing
    members = (await members_of([debtor], [clock.today(row["zone"])]))[debtor]
    said = await fetch_as(
        SaidOf,
        "SELECT p.name, s.standing, s.since, s.evidence, s.address, h.name AS heir, f.name AS by, s.at"
        " FROM person_standing s JOIN debtor_member m ON m.person = s.person AND m.debtor = $1"
        " JOIN person p ON p.id = s.person JOIN staff f ON f.id = s.by_staff"
        " LEFT JOIN person h ON h.id = s.represented_by ORDER BY s.at DESC, s.id",
        debtor,
    )
    return Owing(
        **row,
        members=members,
        said=said,
        stopped=await _stopped([member.person for member in members]),
    )


async def _stopped(persons: Sequence[UUID]) -> list[Stopped]:
    rows = await fetch(
        "SELECT v.changed_at, p.name, v.channel, n.kind, n.facts FROM notice n JOIN delivery v ON v.notice = n.id"
        " JOIN person p ON p.id = n.person WHERE n.person = ANY($1::uuid[]) AND v.state = $2 AND v.trouble = $3"
        " ORDER BY v.changed_at DESC, v.channel LIMIT $4",
        list(persons),
        DeliveryState.suppressed.value,
        Unsent.deceased.value,
        MOST_STOPPED,
    )
    return [
        Stopped(
            at=row["changed_at"],
            name=row["name"],
            channel=Channel(row["channel"]),
            subject=word(NoticeKind(row["kind"]), from_json(row["facts"]), language()).subject,
        )
        for row in rows
    ]
