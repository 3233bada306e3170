"""The calendar of disclosures, for the desk and the committee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from portal.accounts.disclosures.rules import Profile, known_place, profiles_of, state_of
from portal.accounts.disclosures.states import DisclosureState, Duty
from portal.accounts.publishing.queries import KIND
from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.people.estates.states import FeeMode
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, reading, unit_of_work

LISTED = 100

_ROWS = """
SELECT d.*, c.name AS estate, c.code, c.timezone, c.jurisdiction, c.fee_mode, coalesce(c.hotline, c.phone) AS hotline
FROM disclosure d JOIN community c ON c.id = d.community
"""


@dataclass(frozen=True)
class DisclosureRow:
    """One disclosure; `profile` is None if its place has no such duty any more."""

    id: UUID
    community: int
    estate: str
    code: str
    hotline: str
    jurisdiction: str
    duty: Duty
    starts_on: date
    ends_on: date
    due_on: date
    published_on: date | None
    place: str
    state: DisclosureState
    profile: Profile | None

    @property
    def is_open(self) -> bool:
        """Whether it is not published yet."""
        return self.published_on is None


@dataclass(frozen=True)
class Calendar:
    """The disclosures due, overdue or published; `unknown` are estates in places without rules of their own."""

    rows: list[DisclosureRow]
    unknown: list[tuple[str, str]]
    estates: list[tuple[str, str]]
    may_record: bool

    @property
    def overdue(self) -> int:
        """How many are late."""
        return sum(row.state is DisclosureState.overdue for row in self.rows)


@reading
async def calendar_at_desk(by: Principal) -> Calendar:
    """The disclosures of the reader's estates: open ones first, the most urgent on top."""
    places = await fetch(
        "SELECT code, name, jurisdiction FROM community WHERE id = ANY($1) ORDER BY code", list(by.communities)
    )
    return Calendar(
        await rows_of(by.communities),
        [(row["name"], row["jurisdiction"]) for row in places if not known_place(row["jurisdiction"])],
        [(row["code"], row["name"]) for row in places],
        bool(by.where(May.record_disclosures)),
    )


async def rows_of(communities: Sequence[int]) -> list[DisclosureRow]:
    """Disclosures of some estates, at most LISTED; in the caller's transaction."""
    rows = await fetch(
        _ROWS
        + " WHERE d.community = ANY($1) ORDER BY d.published_on IS NOT NULL, d.due_on, d.duty, d.community LIMIT $2",
        list(communities),
        LISTED,
    )
    return [_row(row) for row in rows]


@reading
async def disclosure_of(by: Principal, disclosure: UUID) -> DisclosureRow:
    """One disclosure at the desk. Raises Missing for another estate's."""
    row = await fetch_one(_ROWS + " WHERE d.id = $1 AND d.community = ANY($2)", disclosure, list(by.communities))
    if row is None:
        raise Missing
    return _row(row)


@dataclass(frozen=True)
class Told:
    """A statement of a period with income, expense and result of one fund."""

    title: str
    starts_on: date
    ends_on: date
    sums: tuple[Money, Money, Money]


async def statements_for(row: DisclosureRow) -> list[Told]:
    """The published statements of a disclosure's fund and days, the earliest first."""
    if row.profile is None or row.profile.fund is None:
        return []
    async with unit_of_work(row.community, read_only=True):
        rows = await fetch(
            "SELECT s.title, s.starts_on, s.ends_on,"
            " coalesce(sum(l.amount) FILTER (WHERE l.side = 'income'), 0)::bigint AS"
            " income, coalesce(sum(l.amount) FILTER (WHERE l.side = 'expense'), 0)::bigint AS expense"
            " FROM statement s JOIN community c ON c.id = s.community"
            " JOIN statement_line l ON l.statement = s.id AND NOT l.is_total WHERE s.community = $1 AND l.fund = $2"
            f" AND s.state = 'published' AND s.ends_on >= $3 AND s.starts_on <= $4 AND {KIND} = $5"
            " GROUP BY s.id, s.title, s.starts_on, s.ends_on ORDER BY s.starts_on, s.title",
            row.community,
            row.profile.fund.value,
            row.starts_on,
            row.ends_on,
            row.duty.tells.value,
        )
    return [
        Told(title=one["title"], starts_on=one["starts_on"], ends_on=one["ends_on"],
             sums=(Money(one["income"]), Money(one["expense"]), Money(one["income"] - one["expense"])))
        for one in rows
    ]  # fmt: skip


def _row(row: Any) -> DisclosureRow:
    duty = Duty(row["duty"])
    profiles = profiles_of(row["jurisdiction"], FeeMode(row["fee_mode"]))
    return DisclosureRow(
        id=row["id"],
        community=row["community"],
        estate=row["estate"],
        code=row["code"],
        hotline=row["hotline"] or "",
        jurisdiction=row["jurisdiction"],
        duty=duty,
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        due_on=row["due_on"],
        published_on=row["published_on"],
        place=row["place"] or "",
        state=state_of(row["published_on"], row["due_on"], clock.today(row["timezone"])),
        profile=next((one for one in profiles if one.duty is duty), None),
    )
