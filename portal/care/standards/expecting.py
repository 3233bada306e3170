"""Write down the times that promises come to, and let work keep them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from portal.care.standards.rules import period_of, periods
from portal.care.standards.states import Per
from portal.kit.errors import Missing
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_value, unit_of_work

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
    """Write down what is promised up to the periods that have begun by `on`; how many times that added.

    In a unit of work of its own; safe to run twice, at once, late, and for a past day.
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
            actor, AuditVerb.ROUNDS_EXPECTED, f"community:{community}", community=community, on=on.isoformat(),
            rounds=len(wanted),
        )  # fmt: skip
    return len(wanted)


async def keep_round(community: int, standard: UUID, made: UUID, done_on: date, *, actor: str) -> None:
    """Let a piece of work keep a promise: one time of the period it was done in, else one missed in the period before.

    Work beyond what was promised keeps nothing. In the running unit of work. Raises Missing for another estate's.
    """
    per = await fetch_value("SELECT per FROM service_standard WHERE id = $1 AND community = $2", standard, community)
    if per is None:
        raise Missing
    await _expect(community, done_on, actor)
    before = period_of(Per(per), done_on)[0] - timedelta(days=1)
    await fetch(_KEEP, standard, made, done_on, before)
