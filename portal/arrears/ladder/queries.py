"""The collection rules in force on a day, and their versions for the desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Record

from portal.arrears.ladder.rules import SEED, Ladder, Policy, When
from portal.arrears.ladder.states import History
from portal.homes.units.states import OccupancyState, Use
from portal.kit import clock
from portal.kit.money import Money
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import as_row
from portal.platform.db.unit_of_work import fetch, reading

_RULES = """
SELECT r.*, v.starts_on FROM ladder_rule r JOIN ladder_version v ON v.id = r.version
WHERE v.id IN (SELECT DISTINCT ON (community) id FROM ladder_version WHERE community = ANY($1::int[])
  AND starts_on <= $2 ORDER BY community, starts_on DESC, made_at DESC) ORDER BY r.community, r.position
"""
_VERSIONS = """
SELECT v.id, v.community, v.starts_on, v.reason, s.name AS made_by,
  (SELECT count(*) - 1 FROM ladder_rule r WHERE r.version = v.id) AS exceptions
FROM ladder_version v JOIN staff s ON s.id = v.made_by WHERE v.community = ANY($1::int[])
ORDER BY v.starts_on DESC, v.made_at DESC
"""


@dataclass(frozen=True)
class VersionRow:
    """A version: its first day, reason, author, and number of exceptions."""

    id: UUID
    starts_on: date
    reason: str
    made_by: str
    exceptions: int


@dataclass(frozen=True)
class LadderPage:
    """The collection rules of an estate: those in force today, the newest version, and all versions."""

    code: str
    name: str
    today: date
    now: Ladder
    newest: Ladder
    versions: list[VersionRow]


async def ladders_of(communities: Iterable[int], on: date) -> dict[int, Ladder]:
    """The ladder of each community on a day: the seed plan where none was set; in the caller's transaction."""
    wanted = list(communities)
    rules: dict[int, list[Record]] = defaultdict(list)
    for row in await fetch(_RULES, wanted, on):
        rules[row["community"]].append(row)
    return {community: _ladder(rules[community]) for community in wanted}


async def ladder_of(community: int, on: date) -> Ladder:
    """The same for one."""
    return (await ladders_of([community], on))[community]


async def newest_ladder(community: int) -> Ladder:
    """The last version, even if its first day is in the future; in the caller's transaction."""
    return await ladder_of(community, date.max)


def _ladder(rules: Sequence[Record]) -> Ladder:
    if not rules:
        return Ladder()
    first, *rest = rules
    return Ladder(_policy(first), tuple((_when(row), _policy(row)) for row in rest))


def _policy(row: Record) -> Policy:
    return Policy(
        name=f"{row['version']}:{row['position']}",
        buffer_days=row["buffer_days"],
        small_balance=Money(row["small_balance"]),
        least_days=(SEED.least_days[0], row["stay_1"], row["stay_2"], row["stay_3"]),
        pay_within=row["pay_within"],
        grace_days=row["grace_days"],
    )


def _when(row: Record) -> When:
    return When(
        use=Use(row["use"]) if row["use"] else None,
        occupancy=OccupancyState(row["occupancy"]) if row["occupancy"] else None,
        history=History(row["history"]) if row["history"] else None,
        least=Money(row["least"]) if row["least"] is not None else None,
    )


@reading
async def ladders_at_desk(by: Principal) -> list[LadderPage]:
    """The collection rules of the reader's estates."""
    estates = await fetch(
        "SELECT id, code, name, timezone FROM community WHERE id = ANY($1::int[]) ORDER BY code",
        list(by.where(May.read_ladder)),
    )
    versions: dict[int, list[VersionRow]] = defaultdict(list)
    for row in await fetch(_VERSIONS, [estate["id"] for estate in estates]):
        versions[row["community"]].append(as_row(VersionRow, row, leaving=("community",)))
    return [
        LadderPage(
            code=estate["code"],
            name=estate["name"],
            today=(today := clock.today(estate["timezone"])),
            now=await ladder_of(estate["id"], today),
            newest=await newest_ladder(estate["id"]),
            versions=versions[estate["id"]],
        )
        for estate in estates
    ]
