"""Count and store an estate's monthly figures, where something of a month changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from portal.arrears.case_file.queries import figures_in
from portal.arrears.cases.states import RUNGS
from portal.kit.money import ZERO, Money, total
from portal.kit.period import Month
from portal.overview.reports.ageing import Age, owed_by_age, stage_report, told_by_age
from portal.overview.reports.collection import collection_of, collection_report
from portal.overview.reports.rules import Collection, Report, Span
from portal.platform.db.planner import patiently
from portal.platform.db.unit_of_work import fetch, fetch_value, retrying, unit_of_work


@dataclass(frozen=True)
class Counted:
    """Figures of one estate or several: homes and debt by Age, cases by stage (None if unknown)."""

    collection: Collection
    ages: Sequence[tuple[int, Money]]
    cases: Sequence[int] | None

    def __add__(self, other: Counted) -> Counted:
        ages = zip(self.ages, other.ages, strict=True)
        known = self.cases is not None and other.cases is not None
        return Counted(
            self.collection + other.collection,
            [(homes + more, owed + besides) for (homes, owed), (more, besides) in ages],
            [a + b for a, b in zip(self.cases or (), other.cases or (), strict=True)] if known else None,
        )

    @property
    def overdue(self) -> Money:
        """The debt that is past due."""
        return total(owed for age, (_homes, owed) in zip(Age, self.ages, strict=True) if age is not Age.not_due)

    @property
    def chased(self) -> int | None:
        """The number of all cases."""
        return None if self.cases is None else sum(self.cases)

    def reports(self, on: date) -> list[Report]:
        """The reports of the desk that these figures are in; `on` is the day of what is owed."""
        reports = [collection_report(self.collection), told_by_age(self.ages, on)]
        return reports if self.cases is None else [*reports, stage_report(dict(enumerate(self.cases)))]


async def count(community: int, month: Month, today: date) -> Counted:
    """The figures of an estate as they are now, with the debt at the end of the month; in the caller's transaction."""
    span = Span(month, month)
    by_stage = (await figures_in([community])).by_stage if month == Month.of(today) else None
    return Counted(
        await collection_of([community], span),
        await owed_by_age([community], min(today, month.last)),
        None if by_stage is None else [by_stage.get(stage, 0) for stage in range(len(RUNGS))],
    )


# The start of a sum.
NOTHING = Counted(Collection(ZERO, ZERO, ZERO, ZERO), ((0, ZERO),) * len(Age), (0,) * len(RUNGS))


MONTHS = 13  # that are kept: this one, and so the same of last year
_KEEP = """
INSERT INTO estate_month (community, month, kept_on, billed, received, owed_before, recovered, homes, homes_paid,
  homes_before, homes_recovered, homes_by_age, owed_by_age, cases_by_stage)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (community, month) DO UPDATE SET kept_on = excluded.kept_on, billed = excluded.billed,
  received = excluded.received, owed_before = excluded.owed_before, recovered = excluded.recovered,
  homes = excluded.homes, homes_paid = excluded.homes_paid, homes_before = excluded.homes_before,
  homes_recovered = excluded.homes_recovered, homes_by_age = excluded.homes_by_age,
  owed_by_age = excluded.owed_by_age, cases_by_stage = excluded.cases_by_stage
"""
# The first month that is changed by what was written since $2: what is billed counts from its period and its day on,
# what is paid from the day it was received on, a correction from the period of its line and its own day on.
_MOVED = """
SELECT least(
  (SELECT min(least(b.period, o.period, to_char(b.issued_on, 'YYYY-MM'))) FROM bill b
   LEFT JOIN bill o ON o.id = b.replaces WHERE b.community = $1 AND b.issued_at >= $2),
  (SELECT to_char(min(p.received_on), 'YYYY-MM') FROM allocation a JOIN payment p ON p.id = a.payment
   WHERE a.community = $1 AND a.created_at >= $2),
  (SELECT min(least(b.period, to_char(j.created_at - interval '1 day', 'YYYY-MM'))) FROM adjustment j
   JOIN bill_line l ON l.id = j.line JOIN bill b ON b.id = l.bill WHERE j.community = $1 AND j.created_at >= $2))
"""


def months_kept(this: Month) -> list[Month]:
    """The last MONTHS, up to this one."""
    return list((this + (1 - MONTHS)).through(this))


async def months_to_count(community: int, today: date) -> list[Month]:
    """The months that were never counted, or not since they were over, or that something has changed since.

    In the caller's unit of work. What was written on the day of the last count, or the day before, counts as later.
    """
    months = months_kept(Month.of(today))
    rows = await fetch(
        "SELECT month, kept_on FROM estate_month WHERE community = $1 AND month = ANY($2)",
        community,
        [str(month) for month in months],
    )
    kept = {Month.parse(row["month"]): row["kept_on"] for row in rows}
    if not kept:
        return months
    since = datetime.combine(min(kept.values()) - timedelta(days=1), time(), UTC)
    moved = await fetch_value(_MOVED, community, since)
    return [
        month for month in months if month not in kept or kept[month] <= month.last or (moved and moved <= str(month))
    ]


@retrying
async def keep(community: int, month: Month, today: date) -> None:
    """Count the figures of an estate and month, and replace the stored ones."""
    async with unit_of_work(community, isolation="REPEATABLE READ"):
        await patiently()
        result = await count(community, month, today)
        fees = result.collection
        await fetch(
            _KEEP, community, str(month), today, fees.billed.fen, fees.received.fen, fees.owed_before.fen,
            fees.recovered.fen, fees.homes, fees.homes_paid, fees.homes_before, fees.homes_recovered,
            [homes for homes, _owed in result.ages], [owed.fen for _homes, owed in result.ages], result.cases,
        )  # fmt: skip


async def still_so(community: int, months: list[Month], today: date) -> None:
    """Record that the stored figures of these months are right on this day too, in the caller's transaction."""
    await fetch(
        "UPDATE estate_month SET kept_on = $3 WHERE community = $1 AND month = ANY($2) AND kept_on < $3",
        community,
        [str(month) for month in months],
        today,
    )
