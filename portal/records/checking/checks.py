"""Checks between the rows of an import and the existing data: keys, references, days, shares, tariffs, spellings.

The whole files are checked once, people and homes portion by portion.
"""

from __future__ import annotations

from collections import defaultdict

from portal.fees.tariffs.states import Formula
from portal.kit.i18n import N_
from portal.platform.db.unit_of_work import fetch
from portal.records.checking.queries import Cells, Key, Known, merged
from portal.records.checking.tariffs import check_tariffs
from portal.records.checking.ties import check_ties, first_owned_day
from portal.records.reading.columns import FILES
from portal.records.reading.parsing import Folder, Found, folded
from portal.records.reading.rows import Row

ROW_ALIKE = N_(
    "“%(name)s” looks like a different spelling of “%(other)s” in row %(row)s. Spell both "
    "the same, or rename one of them if they are different."
)
KNOWN_ALIKE = N_(
    "“%(name)s” looks like a different spelling of the existing “%(other)s”. Spell it the "
    "same, or rename it if it is different."
)
# The files that define names; the others only refer to them.
NAMING = ("units", "people", "charge_items", "meter_readings", "service_standards")
Alike = dict[str, str]  # from a name without its spelling to the name

_SQL = {
    "units": "SELECT name FROM unit WHERE community = $1",
    "people": "SELECT external_id AS name FROM person WHERE community = $1",
}


async def alike_of(community: int, stem: str) -> Alike:
    """The names of the homes or persons of a community, by the form that all their spellings share."""
    column = FILES[stem].key[0]
    return {folded(column, row["name"]): row["name"] for row in await fetch(_SQL[stem], community)}


def check_alike(stem: str, folder: Folder, known: Known) -> None:
    """Report each new row whose name differs from another one only in spelling. A known name means itself."""
    if stem not in NAMING or stem not in folder.sheets:
        return
    names, before = FILES[stem].key, known.of(stem)
    seen: dict[Key, tuple[Key, int]] = {_without_spelling(names, key): (key, 0) for key in before}
    for row, key in folder.sheets[stem].keyed:
        if key in before:
            continue
        other, line = seen.setdefault(_without_spelling(names, key), (key, row.line))
        if other != key:
            at = next(n for n, name in enumerate(names) if other[n] != key[n])
            facts = {"name": key[at], "other": other[at], **({"row": line} if line else {})}
            folder.add(stem, row.line, names[at], ROW_ALIKE if line else KNOWN_ALIKE, **facts)


def check_buildings(folder: Folder, buildings: set[str], found: Found) -> None:
    """Report each new building that is another one in a different spelling: costs would not reach its homes."""
    seen = {folded("building", name): (name, 0) for name in buildings if name}
    for name, line in found.buildings.items():
        if name and name not in buildings:
            other, at = seen.setdefault(folded("building", name), (name, line))
            if other != name:
                facts = {"name": name, "other": other, **({"row": at} if at else {})}
                folder.add("units", line, "building", ROW_ALIKE if at else KNOWN_ALIKE, **facts)


def _without_spelling(names: tuple[str, ...], key: Key) -> Key:
    return tuple(
        folded(name, value) if isinstance(value, str) else value for name, value in zip(names, key, strict=True)
    )


SAME_KEY = N_("Row %(row)s is for the same thing. Keep one of the two.")
SAME_QUANTITY = N_("Row %(row)s is for the same home, item and first day. Combine both quantities in one row.")
ORDER_OF_DAYS = N_("“to” is before “from”, which is %(first)s. Correct one of them.")
NO_UNIT = N_("There is no home “%(name)s”. Add it to units.csv, or correct the name.")
NO_PERSON = N_("There is no person “%(name)s”. Add them to people.csv, or correct the id.")
NO_ITEM = N_("There is no charge item “%(name)s”. Add it to charge_items.csv, or correct the code.")
NO_BUILDING = N_("There are no homes in building “%(name)s”. Write the building as in units.csv.")
NEEDS_QUANTITY = N_("%(item)s is charged by quantity. Enter the quantity.")
BACKWARDS = N_("The reading is lower than the previous one (%(previous)s). Check both readings.")
OTHER_CODE = N_("This file is for the estate %(code)s, but %(wanted)s was requested. Correct one of them.")
ONE_COMMUNITY = N_("Only one estate is allowed here. Remove this row.")
NO_COMMUNITY = N_("The estate %(code)s does not exist yet. Add community.csv with its name.")
OTHER_NAME = N_("%(login)s is “%(name)s” in row %(row)s. Write the same name in both.")
OTHER_DUE = N_("The bill of %(unit)s for %(period)s is due on %(due_on)s in row %(row)s. Write the same day in both.")
UNOWNED = N_("%(unit)s has no owner in %(period)s, so nobody owes this. Add the owner to occupancies.csv.")

REFERENCES = {"unit": ("units", NO_UNIT), "person": ("people", NO_PERSON), "item": ("charge_items", NO_ITEM)}


def check_whole(found: Found, folder: Folder, known: Known, code: str) -> None:
    """Report every mistake in the files that are read as a whole."""
    _community(found, folder, known, code)
    _each(folder, known)
    _names(folder, "item", _items(folder, known), found)
    _staff(folder)
    check_tariffs(folder, known)


def check_people(portion: Folder, known: Known) -> None:
    """Report every mistake that only shows when rows of people are compared."""
    _each(portion, known)


def check_persons_named(folder: Folder, persons: set[str], found: Found) -> None:
    """Report persons in these files who are neither in people.csv nor among the known `persons`."""
    _names(folder, "person", persons | found.people, found)


def check_scopes(folder: Folder, buildings: set[str], found: Found) -> None:
    """Report each cost of a building that is neither in units.csv nor among the known `buildings`."""
    check_buildings(folder, buildings, found)
    if found.unsure("units"):
        return
    for row in folder.rows("shared_costs"):
        kind, _, name = (row.get("scope") or "community").partition(":")
        if kind == "building" and name not in buildings and name not in found.buildings:
            folder.add("shared_costs", row.line, "scope", NO_BUILDING, name=name)


def check_homes(portion: Folder, whole: Folder, known: Known, found: Found) -> None:
    """Report every mistake in the rows of the homes of a portion."""
    _each(portion, known)
    units = {key[0] for key in known.of("units")} | {row.get("unit") for row in portion.rows("units")}
    _names(portion, "unit", units, found)
    _names(portion, "item", _items(whole, known), found)
    check_ties(portion, known)
    _quantities(portion, whole, known)
    _readings(portion)
    _openings(portion, known, units, found)


def _each(folder: Folder, known: Known) -> None:
    for stem, sheet in folder.sheets.items():
        if stem not in ("staff", "community") and sheet.file.key:
            _unique(stem, folder)
            check_alike(stem, folder, known)
        _days(stem, folder)


def _items(whole: Folder, known: Known) -> set[str]:
    return {key[0] for key in known.of("charge_items")} | {row.get("item") for row in whole.rows("charge_items")}


def _community(found: Found, folder: Folder, known: Known, code: str) -> None:
    sheet = folder.sheets.get("community")
    if known.community is None and found.stems and (sheet is None or not (sheet.rows or sheet.broken)):
        folder.add("community", 1, "code", NO_COMMUNITY, code=code)
    for n, row in enumerate(folder.rows("community")):
        if n:
            folder.add("community", row.line, "code", ONE_COMMUNITY)
        elif row.get("code") not in (None, code):
            folder.add("community", row.line, "code", OTHER_CODE, code=row.get("code"), wanted=code)


def _unique(stem: str, folder: Folder) -> None:
    sheet = folder.sheets[stem]
    seen: dict[Key, int] = {}
    for row, key in sheet.keyed:
        if seen.setdefault(key, row.line) != row.line:
            sentence = SAME_QUANTITY if stem == "unit_charges" else SAME_KEY
            folder.add(stem, row.line, sheet.file.key[0], sentence, row=seen[key])


def _days(stem: str, folder: Folder) -> None:
    if FILES[stem].column("to") is None:
        return
    for row in folder.rows(stem):
        first, last = row.get("from"), row.get("to")
        if first and last and last < first:
            folder.add(stem, row.line, "to", ORDER_OF_DAYS, first=first.isoformat())


def _names(folder: Folder, column: str, names: set[str], found: Found) -> None:
    where, sentence = REFERENCES[column]
    if found.unsure(where):
        return
    for stem in folder.sheets:
        if stem != where and FILES[stem].column(column) is not None:
            for row in folder.rows(stem):
                name = row.get(column)
                if name is not None and name not in names:
                    folder.add(stem, row.line, column, sentence, name=name)


def _staff(folder: Folder) -> None:
    seen: dict[str, Row] = {}
    for row in folder.rows("staff"):
        login, name = row.get("login"), row.get("name")
        if login and name:
            before = seen.setdefault(login, row)
            if before.get("name") != name:
                facts = {"login": login, "name": before.get("name"), "row": before.line}
                folder.add("staff", row.line, "name", OTHER_NAME, **facts)


def _quantities(folder: Folder, whole: Folder, known: Known) -> None:
    if "unit_charges" not in folder.sheets:
        return
    tariffs = (cells for cells, _ in merged("tariffs", whole, known).values())
    counted = {t["item"] for t in tariffs if t["formula"] == Formula.per_quantity}
    for cells, row in merged("unit_charges", folder, known).values():
        if row and cells["quantity"] is None and cells["item"] in counted:
            folder.add("unit_charges", row.line, "quantity", NEEDS_QUANTITY, item=cells["item"])


def _readings(folder: Folder) -> None:
    for row in folder.rows("meter_readings"):
        previous, current = row.get("previous"), row.get("current")
        if previous is not None and current is not None and current < previous:
            folder.add("meter_readings", row.line, "current", BACKWARDS, previous=previous)


def _openings(folder: Folder, known: Known, units: set[str], found: Found) -> None:
    if "opening_balances" not in folder.sheets:
        return
    ties: dict[str, list[Cells]] = defaultdict(list)
    for cells, _ in merged("occupancies", folder, known).values():
        ties[cells["unit"]].append(cells)
    unsure = found.unsure("occupancies") or any(row.bad for row in folder.rows("occupancies"))
    bills: dict[tuple[str, str], Row] = {}
    for row in folder.rows("opening_balances"):
        unit, period, due_on = row.get("unit"), row.get("period"), row.get("due_on")
        if unit is None or period is None:
            continue
        first = bills.setdefault((unit, period), row)
        if due_on and first.get("due_on") and due_on != first.get("due_on"):
            facts = {"unit": unit, "period": period, "due_on": first.get("due_on").isoformat(), "row": first.line}
            folder.add("opening_balances", row.line, "due_on", OTHER_DUE, **facts)
        if unit in units and not unsure and first_owned_day(ties[unit], period) is None:
            folder.add("opening_balances", row.line, "unit", UNOWNED, unit=unit, period=period)
