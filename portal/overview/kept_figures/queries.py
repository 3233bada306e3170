"""Stored figures of each estate and month, so that hundreds of estates only need to be added up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from asyncpg import Record

from portal.arrears.cases.states import RUNGS, Rung
from portal.kit import clock
from portal.kit.money import Money
from portal.kit.period import Month
from portal.overview.kept_figures.actions import MONTHS, NOTHING, Counted
from portal.overview.reports.rules import Collection, Report, Span
from portal.people.persons.permissions import May
from portal.people.persons.principal import MOST_ESTATES, Chosen, Principal
from portal.platform.db.unit_of_work import fetch, fetch_value, reading

_KEPT = """
SELECT c.name, c.code, k.* FROM community c LEFT JOIN estate_month k ON k.community = c.id AND k.month = $2
WHERE c.id = ANY($1) ORDER BY c.name, c.code
"""


@dataclass(frozen=True)
class EstateRow:
    """The stored figures of an estate, and their day."""

    estate: Chosen
    kept_on: date
    counted: Counted


@dataclass(frozen=True)
class Overview:
    """A month of many estates, by name; `missing` are those without stored figures, which no sum includes."""

    month: Month
    this: Month
    rows: list[EstateRow]
    missing: list[Chosen]
    total: Counted

    @property
    def first(self) -> Month:
        """The earliest month that the reader can ask for."""
        return self.this + (1 - MONTHS)

    @property
    def estates(self) -> list[str]:
        """The names of the estates that are counted."""
        return [row.estate.name for row in self.rows]

    @property
    def span(self) -> Span:
        """The month."""
        return Span(self.month, self.month)

    @property
    def as_of(self) -> date | None:
        """The day of the oldest row."""
        return min((row.kept_on for row in self.rows), default=None)

    @property
    def behind(self) -> set[str]:
        """The codes of estates whose figures are of an earlier day than the others'."""
        newest = max((row.kept_on for row in self.rows), default=None)
        return {row.estate.code for row in self.rows if row.kept_on != newest}

    @property
    def stages(self) -> dict[Rung, tuple[int, int]]:
        """Rung -> its number and its cases; empty if they are not known of all estates."""
        return {rung: (n, cases) for n, (rung, cases) in enumerate(zip(RUNGS, self.total.cases or (), strict=False))}

    @property
    def most_cases(self) -> int:
        """The longest bar."""
        return max(self.total.cases or (0,))

    @property
    def owed_on(self) -> date:
        """The day of the debt: the last day of a month that is over."""
        return min(self.as_of or self.month.last, self.month.last)

    @property
    def reports(self) -> list[Report]:
        """The reports of all estates together."""
        return self.total.reports(self.owed_on)

    def called(self, code: str) -> Report | None:
        """The report with this code."""
        return next((one for one in self.reports if one.code == code), None)


def of_many(by: Principal) -> bool:
    """Whether the estates whose figures they read are too many to count at once."""
    return len(by.where(May.read_reports)) > MOST_ESTATES


@reading
async def overview_of(by: Principal, month: Month | None = None) -> Overview:
    """The stored figures of a month, one of the last MONTHS, of all estates that the reader may see."""
    communities = list(by.where(May.read_reports))
    zone = await fetch_value("SELECT timezone FROM community WHERE id = ANY($1) ORDER BY code LIMIT 1", communities)
    this = Month.of(clock.today(zone))
    month = max(min(month or this, this), this + (1 - MONTHS))
    records = await fetch(_KEPT, communities, str(month))
    rows = [EstateRow(_estate(row), row["kept_on"], _counted(row)) for row in records if row["kept_on"]]
    missing = [_estate(row) for row in records if not row["kept_on"]]
    return Overview(month, this, rows, missing, sum((row.counted for row in rows), NOTHING))


def _estate(row: Record) -> Chosen:
    return Chosen(row["code"], row["name"])


def _counted(row: Record) -> Counted:
    billed, received, owed, recovered = (
        Money(row[name]) for name in ("billed", "received", "owed_before", "recovered")
    )
    homes = (row[name] for name in ("homes", "homes_paid", "homes_before", "homes_recovered"))
    return Counted(
        Collection(billed, received, owed, recovered, *homes),
        list(zip(row["homes_by_age"], map(Money, row["owed_by_age"]), strict=True)),
        row["cases_by_stage"],
    )
