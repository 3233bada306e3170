"""Meter readings compared with others of the same meter, and unusual costs and quantities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from portal.fees.tariffs.meters import Break, break_between, median_of, too_much
from portal.kit.i18n import N_
from portal.platform.db.unit_of_work import fetch
from portal.records.checking.queries import Cells, Change, Known, merged
from portal.records.reading.parsing import Folder

TWICE_ROW = N_(
    "Meter %(meter)s ends %(before)s at %(shown)s in row %(row)s, but starts %(after)s at %(begins)s "
    "here: part of it would be billed twice. Correct one of the two rows. Enter a new meter under "
    "its own number."
)
TWICE_KNOWN = N_(
    "Meter %(meter)s ends %(before)s at %(shown)s but starts %(after)s at %(begins)s, and one of the "
    "two has already been imported: part of it would be billed twice. Correct this row. Enter a new "
    "meter under its own number."
)
LEFT_OUT_ROW = N_(
    "Meter %(meter)s ends %(before)s at %(shown)s in row %(row)s, but starts %(after)s at %(begins)s "
    "here: part of it would not be billed. Correct one of the two rows; if it is right, explain why "
    "under “reason”."
)
LEFT_OUT_KNOWN = N_(
    "Meter %(meter)s ends %(before)s at %(shown)s but starts %(after)s at %(begins)s, and one of the "
    "two has already been imported: part of it would not be billed. Correct this row; if it is "
    "right, explain why under “reason”."
)
UNUSUAL = N_(
    "Meter %(meter)s would show a consumption of %(used)s, where %(usual)s is usual. Check for a "
    "missing decimal point; if it is right, explain why under “reason”."
)
SENTENCES = {Break.overlap: (TWICE_ROW, TWICE_KNOWN), Break.gap: (LEFT_OUT_ROW, LEFT_OUT_KNOWN)}
YEARS = 2  # how far back readings count for what is usual


@dataclass(frozen=True, slots=True)
class Shown:
    """What a meter showed in a month; `change` if it comes with the file. `reason` says why it is right."""

    period: str
    previous: Decimal
    current: Decimal
    reason: str | None = None
    change: Change | None = None


@dataclass
class Meter:
    """The readings of a meter by month, beginning with the last one before the file's first month."""

    item: str
    readings: dict[str, Shown] = field(default_factory=dict)
    most: Decimal | None = None


async def check_readings(folder: Folder, known: Known) -> None:
    """Report each reading that does not continue from its neighbours or is far from what is usual."""
    changes = known.changes("meter_readings", folder)
    if not changes:
        return
    meters: dict[tuple[str, str], Meter] = {}
    medians: dict[str, Decimal] = {}
    if known.community is not None:
        meters, medians = await _known(known.community["id"], changes)
    for change in changes:
        new = change.new
        meter = meters.setdefault((new["unit"], new["meter"]), Meter(new["item"]))
        reason, fresh = new["reason"], None if change.same else change
        meter.readings[new["period"]] = Shown(
            period=new["period"], previous=new["previous"], current=new["current"], reason=reason, change=fresh
        )
    used: dict[str, list[Decimal]] = defaultdict(list)
    for change in changes:
        used[change.new["item"]].append(change.new["current"] - change.new["previous"])
    for (_, name), meter in meters.items():
        median = medians.get(meter.item) or median_of(used[meter.item])
        _check(folder, name, meter, median)


def _check(folder: Folder, name: str, meter: Meter, median: Decimal | None) -> None:
    in_order = [meter.readings[period] for period in sorted(meter.readings)]
    for before, after in pairwise(in_order):
        _check_break(folder, name, before, after)
    most = meter.most
    for one in in_order:
        used = one.current - one.previous
        usual = too_much(used, most, median) if one.change and not one.reason else None
        if usual and one.change:
            facts = {"meter": name, "used": plain(used), "usual": plain(usual)}
            folder.add("meter_readings", one.change.row.line, "current", UNUSUAL, **facts)
        most = max(most or used, used)


def _check_break(folder: Folder, name: str, before: Shown, after: Shown) -> None:
    broken = break_between(before.current, after.previous)
    if broken is None or not (before.change or after.change) or (broken is Break.gap and after.reason):
        return
    in_rows, with_known = SENTENCES[broken]
    facts: dict[str, Any] = {"meter": name, "before": before.period, "after": after.period}
    facts |= {"shown": plain(before.current), "begins": plain(after.previous)}
    if before.change and after.change:
        line = after.change.row.line
        folder.add("meter_readings", line, "previous", in_rows, row=before.change.row.line, **facts)
    elif after.change:
        folder.add("meter_readings", after.change.row.line, "previous", with_known, **facts)
    elif before.change:
        folder.add("meter_readings", before.change.row.line, "current", with_known, **facts)


async def _known(community: int, changes: list[Change]) -> tuple[dict[tuple[str, str], Meter], dict[str, Decimal]]:
    """The known meters of the homes in the file, and the median consumption of all meters, by item."""
    first = min(change.new["period"] for change in changes)
    since = years_before(first)
    units = sorted({change.new["unit"] for change in changes})
    meters: dict[tuple[str, str], Meter] = {}
    for row in await fetch(
        "SELECT u.name, r.meter, (array_agg(i.code ORDER BY r.period DESC))[1] AS item, max(r.period) AS period,"
        " (array_agg(r.current ORDER BY r.period DESC))[1] AS current, max(r.current - r.previous) AS most"
        " FROM meter_reading r JOIN unit u ON u.id = r.unit JOIN charge_item i ON i.id = r.item"
        " WHERE r.community = $1 AND u.name = ANY($2) AND r.period < $3 AND r.period >= $4 GROUP BY 1, 2",
        community,
        units,
        first,
        since,
    ):
        last = Shown(period=row["period"], previous=row["current"], current=row["current"])
        meters[row["name"], row["meter"]] = Meter(item=row["item"], readings={row["period"]: last}, most=row["most"])
    for row in await fetch(
        "SELECT u.name, r.meter, i.code AS item, r.period, r.previous, r.current, r.reason FROM meter_reading r"
        " JOIN unit u ON u.id = r.unit JOIN charge_item i ON i.id = r.item"
        " WHERE r.community = $1 AND u.name = ANY($2) AND r.period >= $3",
        community,
        units,
        first,
    ):
        meter = meters.setdefault((row["name"], row["meter"]), Meter(row["item"]))
        meter.readings[row["period"]] = Shown(
            period=row["period"], previous=row["previous"], current=row["current"], reason=row["reason"]
        )
    return meters, await _medians(community, first)


async def _medians(community: int, first: str) -> dict[str, Decimal]:
    rows = await fetch(
        "SELECT i.code, percentile_disc(0.5) WITHIN GROUP (ORDER BY r.current - r.previous) AS used"
        " FROM meter_reading r JOIN charge_item i ON i.id = r.item WHERE r.community = $1 AND r.current > r.previous"
        " AND r.period = (SELECT max(period) FROM meter_reading WHERE community = $1 AND period < $2) GROUP BY 1",
        community,
        first,
    )
    return {row["code"]: row["used"] for row in rows}


def years_before(month: str) -> str:
    """The month before which readings do not count for what is usual."""
    return f"{int(month[:4]) - YEARS}{month[4:]}"


def plain(number: Decimal) -> str:
    """A number as people write it, without zeros at its end."""
    return f"{number.normalize():f}"


COST = N_(
    "%(item)s would cost %(much)s yuan this month, where %(usual)s is usual. Check for a missing "
    "decimal point; if it is right, explain why under “reason”."
)
QUANTITY = N_(
    "%(unit)s would have %(much)s of %(item)s, where %(usual)s is usual. Check for a missing decimal "
    "point; if it is right, explain why under “reason”."
)
YUAN = Decimal("0.01")
COMMUNITY = "community"  # the scope of what all homes share
Medians = Mapping[str, Decimal]  # the median of an item's rows, by item


@dataclass(frozen=True, slots=True)
class Said:
    """A number (yuan, pieces) in a row; `change` if it comes with the file and has no reason yet."""

    much: Decimal
    asked: Change | None = None


def _far(rows: Iterable[Said], median: Decimal | None) -> Iterator[tuple[Change, Said, Decimal]]:
    """Of rows about one thing, in order: those far above the ones before or the median, and the usual number."""
    most: Decimal | None = None
    for row in rows:
        usual = too_much(row.much, most, median)
        if row.asked and usual:
            yield row.asked, row, usual
        most = max(most or row.much, row.much)


def _asked(change: Change, column: str) -> Change | None:
    """The change, if its number differs from the known one and it has no reason."""
    return change if not change.new["reason"] and (change.old is None or change.changes(column)) else None


async def check_costs(folder: Folder, known: Known) -> None:
    """Report each shared cost far above those of its scope, or a building's first one far above other buildings'."""
    changes = known.changes("shared_costs", folder)
    if not changes:
        return
    by_scope: dict[tuple[str, str], dict[str, Said]] = defaultdict(dict)
    for row in await _costs(known, changes):
        by_scope[row["item"], row["scope"]][row["period"]] = Said(row["amount"] * YUAN)
    medians = _of_buildings(by_scope)
    for change in changes:
        new = change.new
        by_scope[new["item"], new["scope"]][new["period"]] = Said(new["amount"] * YUAN, _asked(change, "amount"))
    medians = _of_buildings(by_scope) | medians
    for (item, scope), rows in by_scope.items():
        median = None if scope == COMMUNITY else medians.get(item)
        for change, figure, usual in _far((rows[period] for period in sorted(rows)), median):
            facts = {"item": item, "much": plain(figure.much), "usual": plain(usual)}
            folder.add("shared_costs", change.row.line, "amount", COST, **facts)


def _of_buildings(by_scope: Mapping[tuple[str, str], Mapping[str, Said]]) -> dict[str, Decimal]:
    """The median cost of single buildings, by item; the estate's costs do not count for them."""
    of_item: dict[str, list[Decimal]] = defaultdict(list)
    for (item, scope), rows in by_scope.items():
        if scope != COMMUNITY:
            of_item[item] += [figure.much for figure in rows.values()]
    return {item: median for item, all_ in of_item.items() if (median := median_of(all_)) is not None}


async def _costs(known: Known, changes: list[Change]) -> list[Cells]:
    """The costs of these items since two years before the first month in the file."""
    if known.community is None:
        return []
    rows = await fetch(
        "SELECT i.code AS item, c.scope, c.period, c.amount FROM shared_cost c JOIN charge_item i ON i.id = c.item"
        " WHERE c.community = $1 AND i.code = ANY($2) AND c.period >= $3",
        known.community["id"],
        sorted({change.new["item"] for change in changes}),
        years_before(min(change.new["period"] for change in changes)),
    )
    return [dict(row) for row in rows]


class Usual:
    """Looks through an import for numbers far from usual; what homes have of each item is read once."""

    def __init__(self) -> None:
        self.quantities: Medians | None = None

    async def homes(self, portion: Folder, known: Known) -> None:
        """Report the readings and quantities of a portion that are far from usual."""
        await check_readings(portion, known)
        if portion.rows("unit_charges"):
            if self.quantities is None:
                self.quantities = await _usual_quantities(known)
            check_quantities(portion, known, self.quantities)


async def _usual_quantities(known: Known) -> Medians:
    """The median quantity of the homes that have an item; nothing for a new community."""
    if known.community is None:
        return {}
    rows = await fetch(
        "SELECT i.code, percentile_disc(0.5) WITHIN GROUP (ORDER BY q.quantity) AS half"
        " FROM unit_charge q JOIN charge_item i ON i.id = q.item WHERE q.community = $1 AND q.quantity > 0 GROUP BY 1",
        known.community["id"],
    )
    return {row["code"]: row["half"] for row in rows}


def check_quantities(portion: Folder, known: Known, usual: Medians) -> None:
    """Report each quantity of a portion far above what its home had of the item, or what others have."""
    asked = {change.key: _asked(change, "quantity") for change in known.changes("unit_charges", portion)}
    if not any(asked.values()):
        return
    by_home: dict[tuple[str, str], list[tuple[str, Said]]] = defaultdict(list)
    of_item: dict[str, list[Decimal]] = defaultdict(list)
    for key, (cells, _row) in merged("unit_charges", portion, known).items():
        if cells["quantity"] is not None:
            figure = Said(cells["quantity"], asked.get(key))
            by_home[cells["unit"], cells["item"]].append((str(cells["from"] or ""), figure))
            of_item[cells["item"]].append(cells["quantity"])
    for (unit, item), rows in by_home.items():
        median = usual.get(item) or median_of(of_item[item])
        for change, figure, much in _far((figure for _from, figure in sorted(rows, key=lambda one: one[0])), median):
            facts = {"unit": unit, "item": item, "much": plain(figure.much), "usual": plain(much)}
            portion.add("unit_charges", change.row.line, "quantity", QUANTITY, **facts)
