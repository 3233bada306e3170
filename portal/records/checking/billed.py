"""Changes by an import to what has been billed. Each is an error that names the right way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from portal.fees.tariffs.rules import EVERY_USE, Days, UnitCharge, charged_once
from portal.fees.tariffs.states import Formula
from portal.kit.i18n import N_
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch
from portal.records.checking.queries import Cells, Change, Key, Known, days_of, merged
from portal.records.checking.ties import owners_on
from portal.records.reading.parsing import Folder

TARIFF_USED = N_("Bills up to %(last)s are based on this tariff. Keep it, and add a new row with “from” %(next)s.")
TARIFF_END = N_("Bills up to %(last)s are based on this tariff. End it on that day or later.")
TARIFF_LATE = N_("%(item)s has already been billed up to %(last)s. Start this tariff on %(next)s.")
KIND_USED = N_("%(item)s has already been billed, so its kind cannot change. Add a new charge item instead.")
QUANTITY_USED = N_(
    "%(item)s of %(unit)s has been billed up to %(last)s. End the old row then, and add one from %(next)s."
)
ONE_OFF_USED = N_(
    "%(item)s of %(unit)s has been billed for this day. Add more in a row for another day; have less credited."
)
QUANTITY_END = N_("%(item)s of %(unit)s has been billed up to %(last)s. End it then, and have the rest credited.")
QUANTITY_LATE = N_(
    "%(item)s of %(unit)s has been billed up to %(last)s. Start on %(next)s, and correct the bill for before."
)
HANDOVER_USED = N_("%(unit)s has been billed up to %(last)s from the old date. Keep it, and correct the bill instead.")
READING_USED = N_("This reading has been billed. Keep it, and correct the bill or the next reading instead.")
COST_USED = N_("This cost has been billed and shared. Keep it, and add the difference to a later month.")
OPENING_USED = N_("This opening balance has been issued on bill %(number)s. Keep it, and correct that bill.")
OPENING_BILLED = N_("%(unit)s already has a bill for %(item)s in %(period)s. Remove this row, or correct that bill.")
OPENING_CLOSED = N_(
    "Opening bill %(number)s of %(unit)s for %(period)s has been issued. Use another month for this row."
)
OWNER_USED = N_("%(unit)s was billed to its owners on %(day)s. Keep them for that day, and start the change later.")

_DAY = timedelta(days=1)
Last = dict[tuple[str, str], tuple[str, str]]  # (unit, item) -> first and last month billed


async def check_billed_whole(folder: Folder, known: Known, changes: Mapping[str, list[Change]]) -> None:
    """Report every change in the whole files that would contradict an issued bill."""
    if known.community is None:
        return
    community = known.community["id"]
    await _tariffs(folder, community, changes["tariffs"])
    await _kinds(folder, community, changes["charge_items"])
    await _costs(folder, community, changes["shared_costs"])


async def check_billed_homes(folder: Folder, known: Known, changes: Mapping[str, list[Change]]) -> None:
    """Report every change to the homes of a portion that would contradict an issued bill."""
    if known.community is None:
        return
    community = known.community["id"]
    spans = await _spans(community, folder)
    _quantities(folder, spans, changes["unit_charges"], await _one_offs(folder, known, changes["unit_charges"]))
    _handovers(folder, spans, changes["units"])
    await _readings(folder, community, changes["meter_readings"])
    _openings(folder, known, spans, changes["opening_balances"])
    if changes["occupancies"]:
        await _owners(folder, known, community)


def _end(month: str) -> date:
    return Month.parse(month).last


def _facts(last: date) -> dict[str, str]:
    return {"last": last.isoformat(), "next": (last + _DAY).isoformat()}


async def _tariffs(folder: Folder, community: int, changes: Sequence[Change]) -> None:
    if not changes:
        return
    rows = await fetch(
        "SELECT l.tariff, i.code AS item, u.use, t.use AS written_for, min(l.first_month) AS first,"
        " max(l.last_month) AS last FROM bill_line l JOIN charge_item i ON i.id = l.item JOIN unit u ON u.id = l.unit"
        " JOIN tariff t ON t.id = l.tariff WHERE l.community = $1 GROUP BY 1, 2, 3, 4",
        community,
    )
    for change in changes:
        line, new = change.row.line, change.new
        if change.old is None:
            mine = [r for r in rows if r["item"] == new["item"] and _rivals(new["use"], r)]
            spans = [Days(Month.parse(r["first"]).first, _end(r["last"])) for r in mine]
            months = [span.last for span in spans if days_of(new).meet(span)]
            if months:
                folder.add("tariffs", line, "from", TARIFF_LATE, item=new["item"], **_facts(max(months)))
            continue
        used = [_end(r["last"]) for r in rows if r["tariff"] == change.old["id"]]
        if not used:
            continue
        last = max(used)
        for name in ("formula", "rate", "cycle_months", "timing", "proration", "vacancy_rate", "rounding", "source"):
            if change.changes(name):
                folder.add("tariffs", line, name, TARIFF_USED, **_facts(last))
        if _ends_otherwise(change, last):
            folder.add("tariffs", line, "to", TARIFF_END, **_facts(last))


def _rivals(use: str, billed: Any) -> bool:
    """Whether a new tariff for this use would have applied to what was billed; one for the use comes first."""
    return bool(use == billed["use"] if use != EVERY_USE else billed["written_for"] == EVERY_USE)


def _ends_otherwise(change: Change, last: date) -> bool:
    """Whether `to` changes the days up to `last`, the last one billed."""
    old, new = change.old["to"], change.new["to"]  # type: ignore[index]
    return min(old or date.max, last) != min(new or date.max, last)


async def _kinds(folder: Folder, community: int, changes: Sequence[Change]) -> None:
    changed = {c.old["id"]: c for c in changes if c.old and c.changes("kind")}
    for row in await _found("SELECT DISTINCT item FROM bill_line WHERE item = ANY($1)", changed):
        change = changed[row["item"]]
        folder.add("charge_items", change.row.line, "kind", KIND_USED, item=change.new["item"])


async def _found(sql: str, ids: dict[Any, Any]) -> list[Any]:
    return await fetch(sql, list(ids)) if ids else []


async def _spans(community: int, folder: Folder) -> Last:
    """The months billed of each item, for units whose rows in the files depend on it."""
    stems = ("unit_charges", "units", "opening_balances")
    units = {row.get("unit") for stem in stems for row in folder.rows(stem)}
    rows = await fetch(
        "SELECT u.name AS unit, i.code AS item, min(l.first_month) AS first, max(l.last_month) AS last"
        " FROM bill_line l JOIN unit u ON u.id = l.unit JOIN charge_item i ON i.id = l.item"
        " JOIN bill b ON b.id = l.bill AND b.kind <> 'opening'"
        " WHERE l.community = $1 AND u.name = ANY($2) GROUP BY 1, 2",
        community,
        sorted(unit for unit in units if unit),
    )
    return {(row["unit"], row["item"]): (row["first"], row["last"]) for row in rows}


async def _one_offs(folder: Folder, known: Known, changes: Sequence[Change]) -> set[Key]:
    """The new quantities allowed in a month that is billed: charged once, they are a line of their own.

    Not in a month that an opening balance covers, or whose lines do not name their quantities.
    """
    assert known.community is not None
    counted = {cells["item"] for cells in known.of("tariffs").values() if cells["formula"] == Formula.per_quantity}
    rows: dict[tuple[str, str], list[UnitCharge]] = defaultdict(list)
    for cells, _ in merged("unit_charges", folder, known).values():
        rows[cells["unit"], cells["item"]].append(_quantity(cells))
    fresh = {}
    for change in changes:
        if change.old is None and (item := change.new["item"]) in counted:
            row = _quantity(change.new)
            if row in charged_once(rows[change.new["unit"], item]):
                fresh[change.key] = row.month
    closed = await _closed(known.community["id"], {key[0] for key in fresh})
    return {key for key, month in fresh.items() if not _within(str(month), closed[key[0], key[1]])}


def _within(month: str, spans: Sequence[tuple[str, str]]) -> bool:
    return any(first <= month <= last for first, last in spans)


async def _closed(community: int, units: Collection[str]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The months of lines that do not name the quantities in them, by unit and item."""
    grouped: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    rows = await fetch(
        "SELECT u.name AS unit, i.code AS item, l.first_month AS first, l.last_month AS last FROM bill_line l"
        " JOIN unit u ON u.id = l.unit JOIN charge_item i ON i.id = l.item"
        " WHERE l.community = $1 AND u.name = ANY($2) AND NOT l.facts ? 'quantities'",
        community,
        sorted(units),
    )
    for row in rows:
        grouped[row["unit"], row["item"]].append((row["first"], row["last"]))
    return grouped


def _quantities(folder: Folder, spans: Last, changes: Sequence[Change], one_offs: set[Key]) -> None:
    for change in changes:
        unit, item = change.new["unit"], change.new["item"]
        if (unit, item) not in spans or change.same:
            continue
        first, last = Month.parse(spans[unit, item][0]).first, _end(spans[unit, item][1])
        facts = {"unit": unit, "item": item, **_facts(last)}
        billed = Days(first, last)
        if change.old is None:
            if days_of(change.new).meet(billed) and change.key not in one_offs:
                folder.add("unit_charges", change.row.line, "from", QUANTITY_LATE, **facts)
            continue
        if change.changes("quantity") and days_of(change.old).meet(billed):
            sentence = ONE_OFF_USED if _quantity(change.old).month else QUANTITY_USED
            folder.add("unit_charges", change.row.line, "quantity", sentence, **facts)
        if _ends_otherwise(change, last):
            folder.add("unit_charges", change.row.line, "to", QUANTITY_END, **facts)


def _quantity(cells: Cells) -> UnitCharge:
    return UnitCharge(item=cells["item"], quantity=cells["quantity"], starts_on=cells["from"], ends_on=cells["to"])


def _handovers(folder: Folder, spans: Last, changes: Sequence[Change]) -> None:
    by_unit: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for (unit, _), span in spans.items():
        by_unit[unit].append(span)
    for change in changes:
        if change.changes("handed_over_on") and (get := by_unit.get(change.new["unit"])):
            first, last = Month.parse(min(f for f, _ in get)).first, _end(max(last for _, last in get))
            old, new = (
                min(max(cells["handed_over_on"] or first, first), last + _DAY)
                for cells in (change.old, change.new)
                if cells
            )
            if old != new:
                facts = {"unit": change.new["unit"], **_facts(last)}
                folder.add("units", change.row.line, "handed_over_on", HANDOVER_USED, **facts)


async def _readings(folder: Folder, community: int, changes: Sequence[Change]) -> None:
    changed = {c.key: c for c in changes if c.old and c.changes("item", "previous", "current")}
    for row in await _in_facts(
        "SELECT u.name, s ->> 'meter' AS meter, s ->> 'period' AS period FROM bill_line l JOIN unit u ON u.id = l.unit"
        " CROSS JOIN LATERAL jsonb_array_elements(l.facts -> 'readings') s"
        " WHERE l.community = $1 AND u.name = ANY($2) AND l.facts ? 'readings'",
        community,
        changed,
    ):
        if change := changed.get((row["name"], row["meter"], row["period"])):
            for column in ("item", "previous", "current"):
                if change.changes(column):
                    folder.add("meter_readings", change.row.line, column, READING_USED)


async def _costs(folder: Folder, community: int, changes: Sequence[Change]) -> None:
    changed = {c.key: c for c in changes if c.old and c.changes("amount")}
    for row in await _in_facts(
        "SELECT i.code, c.period, c.scope FROM cost_split s JOIN shared_cost c ON c.id = s.cost"
        " JOIN charge_item i ON i.id = c.item WHERE s.community = $1 AND i.code = ANY($2)",
        community,
        changed,
    ):
        if change := changed.get((row["code"], row["period"], row["scope"])):
            folder.add("shared_costs", change.row.line, "amount", COST_USED)


async def _in_facts(sql: str, community: int, changed: dict[Key, Change]) -> list[Any]:
    return await fetch(sql, community, sorted({key[0] for key in changed})) if changed else []


def _openings(folder: Folder, known: Known, spans: Last, changes: Sequence[Change]) -> None:
    issued = {(c["unit"], c["period"]): c["number"] for c in known.of("opening_balances").values()}
    for change in changes:
        new, line = change.new, change.row.line
        if change.old is not None:
            for column in ("due_on", "amount"):
                if change.changes(column):
                    folder.add("opening_balances", line, column, OPENING_USED, number=change.old["number"])
        elif number := issued.get((new["unit"], new["period"])):
            facts = {"unit": new["unit"], "period": new["period"], "number": number}
            folder.add("opening_balances", line, "period", OPENING_CLOSED, **facts)
        elif (span := spans.get((new["unit"], new["item"]))) and span[0] <= new["period"] <= span[1]:
            facts = {"unit": new["unit"], "item": new["item"], "period": new["period"]}
            folder.add("opening_balances", line, "period", OPENING_BILLED, **facts)


async def _owners(folder: Folder, known: Known, community: int) -> None:
    """Report if the owner of a unit on the day that decided a bill would no longer be its owner then."""
    touched = {row.get("unit") for row in folder.rows("occupancies")}
    before: dict[str, list[Cells]] = defaultdict(list)
    after: dict[str, list[Cells]] = defaultdict(list)
    lines: dict[str, int] = {}
    for cells in known.of("occupancies").values():
        before[cells["unit"]].append(cells)
    for cells, row in merged("occupancies", folder, known).values():
        after[cells["unit"]].append(cells)
        if row:
            lines[cells["unit"]] = max(row.line, lines.get(cells["unit"], 0))
    for bill in await fetch(
        "SELECT DISTINCT u.name AS unit, u.handed_over_on, l.first_month, l.last_month,"
        " (SELECT array_agg(p.external_id) FROM debtor_member m JOIN person p ON p.id = m.person"
        "  WHERE m.debtor = b.debtor) AS owed_by"
        " FROM bill b JOIN bill_line l ON l.bill = b.id JOIN unit u ON u.id = b.unit"
        " WHERE b.community = $1 AND u.name = ANY($2) ORDER BY l.first_month",
        community,
        sorted(unit for unit in touched if unit),
    ):
        unit, first = bill["unit"], Month.parse(bill["first_month"]).first
        days = {first, max(first, bill["handed_over_on"] or first)}
        debtor = frozenset(bill["owed_by"])
        for day in sorted(days):
            if unit in lines and owners_on(before[unit], day) == debtor != owners_on(after[unit], day):
                folder.add("occupancies", lines[unit], "from", OWNER_USED, unit=unit, day=day.isoformat())
                break
