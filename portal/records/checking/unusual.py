"""Shared costs and quantities far from what is usual are asked about, as readings are: a lost decimal point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.fees.tariffs.meters import median_of, too_much
from portal.kit.i18n import N_
from portal.platform.db.unit_of_work import fetch
from portal.records.checking.known import Cells, Change, Known, merged
from portal.records.checking.readings import check_readings, plain, years_before
from portal.records.reading.parsing import Folder

COST = N_(
    "%(item)s would cost %(much)s yuan in this month, where %(usual)s is usual. Look for a lost decimal point; if it is"
    " right, say why under “reason”."
)
QUANTITY = N_(
    "%(unit)s would have %(much)s of %(item)s, where %(usual)s is usual. Look for a lost decimal point; if it is right,"
    " say why under “reason”."
)
YUAN = Decimal("0.01")
COMMUNITY = "community"  # the scope of what all homes share
Medians = Mapping[str, Decimal]  # what half of an item's rows say at most, by item


@dataclass(frozen=True, slots=True)
class Said:
    """A number (yuan, pieces) of a row; `change` where it comes with the file and has no reason yet."""

    much: Decimal
    asked: Change | None = None


def _far(rows: Iterable[Said], median: Decimal | None) -> Iterator[tuple[Change, Said, Decimal]]:
    """Of rows about one thing, in their order: those far above the ones before or the median, and what is usual."""
    most: Decimal | None = None
    for said in rows:
        usual = too_much(said.much, most, median)
        if said.asked and usual:
            yield said.asked, said, usual
        most = max(most or said.much, said.much)


def _asked(change: Change, column: str) -> Change | None:
    """The change, if it says another number than is known and no reason for it."""
    return change if not change.new["reason"] and (change.old is None or change.changes(column)) else None


async def check_costs(folder: Folder, known: Known) -> None:
    """Note each shared cost that is far above those of its scope, or a building's first far above other buildings'."""
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
        for change, said, usual in _far((rows[period] for period in sorted(rows)), median):
            facts = {"item": item, "much": plain(said.much), "usual": plain(usual)}
            folder.add("shared_costs", change.row.line, "amount", COST, **facts)


def _of_buildings(by_scope: Mapping[tuple[str, str], Mapping[str, Said]]) -> dict[str, Decimal]:
    """What half of the costs of single buildings come to at most, by item; the estate's are no measure for them."""
    of_item: dict[str, list[Decimal]] = defaultdict(list)
    for (item, scope), rows in by_scope.items():
        if scope != COMMUNITY:
            of_item[item] += [said.much for said in rows.values()]
    return {item: median for item, all_ in of_item.items() if (median := median_of(all_)) is not None}


async def _costs(known: Known, changes: list[Change]) -> list[Cells]:
    """What these items cost, since two years before the first month in the file."""
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
    """Looks over an import for what is far from usual; what homes have of each item is asked for once."""

    def __init__(self) -> None:
        self.quantities: Medians | None = None

    async def homes(self, portion: Folder, known: Known) -> None:
        """Note the readings and quantities of a portion that are."""
        await check_readings(portion, known)
        if portion.rows("unit_charges"):
            if self.quantities is None:
                self.quantities = await _usual_quantities(known)
            check_quantities(portion, known, self.quantities)


async def _usual_quantities(known: Known) -> Medians:
    """What half of the homes that have something of an item have of it; nothing for a new community."""
    if known.community is None:
        return {}
    rows = await fetch(
        "SELECT i.code, percentile_disc(0.5) WITHIN GROUP (ORDER BY q.quantity) AS half"
        " FROM unit_charge q JOIN charge_item i ON i.id = q.item WHERE q.community = $1 AND q.quantity > 0 GROUP BY 1",
        known.community["id"],
    )
    return {row["code"]: row["half"] for row in rows}


def check_quantities(portion: Folder, known: Known, usual: Medians) -> None:
    """Note each quantity of a portion that is far above what its home had of the item, or what others have."""
    asked = {change.key: _asked(change, "quantity") for change in known.changes("unit_charges", portion)}
    if not any(asked.values()):
        return
    by_home: dict[tuple[str, str], list[tuple[str, Said]]] = defaultdict(list)
    of_item: dict[str, list[Decimal]] = defaultdict(list)
    for key, (cells, _row) in merged("unit_charges", portion, known).items():
        if cells["quantity"] is not None:
            said = Said(cells["quantity"], asked.get(key))
            by_home[cells["unit"], cells["item"]].append((str(cells["from"] or ""), said))
            of_item[cells["item"]].append(cells["quantity"])
    for (unit, item), rows in by_home.items():
        median = usual.get(item) or median_of(of_item[item])
        for change, said, much in _far((said for _from, said in sorted(rows, key=lambda one: one[0])), median):
            facts = {"unit": unit, "item": item, "much": plain(said.much), "usual": plain(much)}
            portion.add("unit_charges", change.row.line, "quantity", QUANTITY, **facts)
