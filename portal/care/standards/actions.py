"""Save service standards in versions, list the services due, and match work to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from portal.care.standards.rules import grade_order_of, period_of, periods
from portal.care.standards.states import GradeOrder, Per, ServiceArea
from portal.kit.errors import Missing
from portal.kit.i18n import N_, Bilingual, Sentence
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_value, reading, unit_of_work

OFTEN = {
    Per.day: N_("%(n)s× a day"),
    Per.week: N_("%(n)s× a week"),
    Per.month: N_("%(n)s× a month"),
    Per.quarter: N_("%(n)s× a quarter"),
    Per.year: N_("%(n)s× a year"),
}


@dataclass(frozen=True)
class Standard:
    """A promise as it is: `frequency` times in each `per`; None is unknown. `heading` is the area in the file."""

    id: UUID
    area: ServiceArea
    heading: str
    item: Bilingual
    frequency: int | None
    per: Per | None
    grade: str
    grade_order: GradeOrder | None
    source: str
    version: int
    starts_on: date
    ends_on: date | None

    @property
    def rhythm(self) -> Sentence | None:
        """How often; None if the promise does not say."""
        return Sentence(OFTEN[self.per], {"n": self.frequency}) if self.per and self.frequency else None


@dataclass(frozen=True)
class Promise:
    """A promise in an import; `replaces` is the version it follows, with the first day of that one."""

    area: str
    item_zh: str
    item_en: str
    frequency: int | None
    per: str | None
    grade: str | None
    source: str | None
    replaces: tuple[UUID, date, int] | None = None


ROW = (
    "SELECT s.id, s.community, s.area, s.heading, s.item_zh, s.item_en, s.frequency, s.per, s.grade, s.grade_order,"
    " s.source, s.version, s.starts_on, s.ends_on FROM service_standard s"
)


@reading
async def standards_of(community: int, on: date) -> list[Standard]:
    """The promises on a day, and those for later, by area; anybody may read them (民法典 943)."""
    rows = await fetch(
        ROW + " WHERE s.community = $1 AND (s.ends_on IS NULL OR s.ends_on >= $2)"
        " ORDER BY array_position($3::text[], s.area), s.heading NULLS FIRST, s.item_zh, s.starts_on",
        community,
        on,
        [area.value for area in ServiceArea],
    )
    return [standard(row) for row in rows]


def standard(row: Any) -> Standard:
    """A row of ROW."""
    return Standard(
        id=row["id"],
        area=ServiceArea(row["area"]),
        heading=row["heading"] or "",
        item=Bilingual(row["item_zh"], row["item_en"]),
        frequency=row["frequency"],
        per=Per(row["per"]) if row["per"] else None,
        grade=row["grade"] or "",
        grade_order=GradeOrder(row["grade_order"]) if row["grade_order"] else None,
        source=row["source"] or "",
        version=row["version"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
    )


async def keep_promises(community: int, promises: Sequence[Promise], *, jurisdiction: str, on: date) -> None:
    """Save new promises, and changed ones as a new version from `on`; one that began today is only corrected.

    Part of the caller's unit of work, which records it.
    """
    order = grade_order_of(jurisdiction)
    for promise in promises:
        await _keep(community, promise, order if promise.grade else None, on)


async def _keep(community: int, promise: Promise, order: GradeOrder | None, on: date) -> None:
    version = 1
    if promise.replaces:
        before, began, number = promise.replaces
        if began >= on:
            await fetch(
                "UPDATE service_standard SET item_en = $2, frequency = $3, per = $4, grade = $5, grade_order = $6,"
                " source = $7 WHERE id = $1",
                before, promise.item_en, promise.frequency, promise.per, promise.grade, order, promise.source,
            )  # fmt: skip
            return
        await fetch("UPDATE service_standard SET ends_on = $2 WHERE id = $1", before, on - timedelta(days=1))
        version = number + 1
    known = promise.area in list(ServiceArea)
    await fetch(
        "INSERT INTO service_standard (id, community, area, heading, item_zh, item_en, frequency, per, grade,"
        " grade_order, source, version, starts_on) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " $11, $12)",
        community,
        promise.area if known else ServiceArea.other.value,
        None if known else promise.area,
        promise.item_zh,
        promise.item_en,
        promise.frequency,
        promise.per,
        promise.grade,
        order,
        promise.source,
        version,
        on,
    )


_STANDARDS = """
SELECT s.id, s.frequency, s.per, s.starts_on, s.ends_on,
  (SELECT max(r.first_day) FROM service_round r WHERE r.standard = s.id) AS latest
FROM service_standard s WHERE s.community = $1 AND s.frequency IS NOT NULL AND s.per IS NOT NULL AND s.starts_on <= $2
"""
# Of the latest period that the day lies in or comes right after, else one that is to be made up by then; two who record
# at once take two of them.
_KEEP = """
UPDATE service_round SET record = $2 WHERE id = (
  SELECT id FROM service_round WHERE standard = $1 AND record IS NULL AND first_day <= $3
   AND (reason IS NULL AND last_day >= $4 OR make_up_by >= $3)
   ORDER BY last_day DESC, number LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
"""


async def expect_rounds(community: int, on: date, *, actor: str) -> int:
    """Write the rounds of all periods that have begun by `on`, and return how many were new.

    In a unit of work of its own; safe to run twice, at the same time, late, and for a past day.
    """
    async with unit_of_work(community):
        return await _expect(community, on, actor)


async def _expect(community: int, on: date, actor: str) -> int:
    await advisory_lock(f"rounds:{community}")
    wanted = [
        (row["id"], first, last, number)
        for row in await fetch(_STANDARDS, community, on)
        for first, last in periods(Per(row["per"]), row["starts_on"], row["ends_on"], on, row["latest"])
        for number in range(1, row["frequency"] + 1)
    ]
    if wanted:
        await fetch(
            "INSERT INTO service_round (id, community, standard, first_day, last_day, number)"
            " SELECT gen_random_uuid(), $1, * FROM unnest($2::uuid[], $3::date[], $4::date[], $5::smallint[])",
            community,
            *(list(column) for column in zip(*wanted, strict=True)),
        )
        await record(
            actor, AuditVerb.ROUNDS_EXPECTED, f"community:{community}", community=community, on=on,
            rounds=len(wanted),
        )  # fmt: skip
    return len(wanted)


async def keep_round(community: int, standard: UUID, made: UUID, done_on: date, *, actor: str) -> None:
    """Let a piece of work keep a promise: a round of the period it was done in, or a missed one of the period before.

    Work beyond the promise keeps nothing. Part of the caller's unit of work. Raises Missing for another estate's.
    """
    per = await fetch_value("SELECT per FROM service_standard WHERE id = $1 AND community = $2", standard, community)
    if per is None:
        raise Missing
    await _expect(community, done_on, actor)
    before = period_of(Per(per), done_on)[0] - timedelta(days=1)
    await fetch(_KEEP, standard, made, done_on, before)
