"""Who belongs to a unit on which day: nobody twice, and shares that add up to 1."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portal.fees.tariffs.rules import Days
from portal.homes.units.states import OWNING, OccupantRole
from portal.kit.i18n import N_
from portal.kit.period import Month
from portal.records.checking.queries import Cells, Known, days_of, merged
from portal.records.reading.parsing import Folder
from portal.records.reading.report import fault
from portal.records.reading.rows import Row

SHARES = N_("The owners' shares of %(unit)s add up to %(sum)s on %(day)s. Make them add up to 1.")
TENANT_SHARE = N_("Tenants have no share, so it is ignored. Leave the cell empty.")
TIE_TWICE = N_("%(person)s is already %(role)s of %(unit)s for this period in row %(row)s. Keep one of the two.")
TIE_KNOWN = N_("%(person)s is already %(role)s of %(unit)s for this period. End that before this row starts.")

_DAY = timedelta(days=1)


def owners_on(ties: Iterable[Cells], day: date) -> frozenset[Any]:
    """The owners of a unit on a day, as the ties name persons."""
    return frozenset(t["person"] for t in ties if t["role"] in OWNING and days_of(t).meet(Days(day, day)))


def first_owned_day(ties: list[Cells], period: str) -> date | None:
    """The first day of a month on which somebody owns the unit."""
    month = Month.parse(period)
    starts = {month.first} | {t["from"] for t in ties if t.get("from") and month.first <= t["from"] <= month.last}
    return next((day for day in sorted(starts) if owners_on(ties, day)), None)


def check_ties(folder: Folder, known: Known) -> None:
    """Nobody may have a role twice on a day, and the known shares of the owners must be a whole on every day."""
    touched = {row.get("unit") for row in folder.rows("occupancies")}
    by_unit: dict[str, list[tuple[Cells, Row | None]]] = defaultdict(list)
    for cells, row in merged("occupancies", folder, known).values():
        if cells["unit"] in touched and (cells["from"] is None or cells["to"] is None or cells["from"] <= cells["to"]):
            by_unit[cells["unit"]].append((cells, row))
    for row in folder.rows("occupancies"):
        if row.get("role") == OccupantRole.tenant and row.get("share"):
            folder.warnings.append(fault("occupancies", row.line, "share", TENANT_SHARE))
    unsure = {row.get("unit") for row in folder.rows("occupancies") if row.bad}
    for unit, ties in by_unit.items():
        _overlapping_ties(unit, ties, folder)
        if unit not in unsure:
            _shares(unit, ties, folder)


def _overlapping_ties(unit: str, ties: list[tuple[Cells, Row | None]], folder: Folder) -> None:
    groups: dict[tuple[str, bool], list[tuple[Cells, Row | None]]] = defaultdict(list)
    for cells, row in ties:
        groups[cells["person"], cells["role"] in OWNING].append((cells, row))
    for (person, _), rows in groups.items():
        for (a, row_a), (_, row_b) in overlaps(rows):
            late, early = (row_b, row_a) if row_b else (row_a, row_b)
            if late:
                facts = {"person": person, "role": a["role"], "unit": unit}
                sentence, more = (TIE_TWICE, {"row": early.line}) if early else (TIE_KNOWN, {})
                folder.add("occupancies", late.line, "from", sentence, **facts, **more)


def overlaps(rows: list[tuple[Cells, Row | None]]) -> Iterable[tuple[tuple[Cells, Row | None], ...]]:
    """Rows whose days overlap, each with the one before it that lasts longest."""
    ordered = sorted(rows, key=lambda r: days_of(r[0]))
    longest = None
    for one in ordered:
        if longest and days_of(longest[0]).meet(days_of(one[0])):
            yield longest, one
        if longest is None or days_of(one[0]).last > days_of(longest[0]).last:
            longest = one


def _shares(unit: str, ties: list[tuple[Cells, Row | None]], folder: Folder) -> None:
    owners = [(cells, row) for cells, row in ties if cells["role"] in OWNING]
    edges = {days_of(c).first for c, _ in owners}
    edges |= {days_of(c).last + _DAY for c, _ in owners if c["to"]}
    for day in sorted(edges):
        here = [(c, row) for c, row in owners if days_of(c).meet(Days(day, day))]
        given = [c["share"] for c, _ in here if c["share"] is not None]
        whole = sum(given, Decimal(0))
        if given and (whole > 1 or (whole < 1 and len(given) == len(here))):
            line = max((row.line for _, row in here if row), default=None)
            if line is None:
                continue
            shown = day.isoformat() if day != date.min else "…"
            folder.add("occupancies", line, "share", SHARES, unit=unit, sum=f"{whole.normalize():f}", day=shown)
            return
