"""The existing data of an estate in the words of the import files, so that both can be compared.

$2 holds the names of the homes or persons of a portion, $3 its periods.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.fees.tariffs.rules import Days
from portal.homes.units.states import OccupantRole
from portal.platform.db.unit_of_work import fetch, fetch_one
from portal.records.reading.columns import FILES
from portal.records.reading.parsing import Folder, folded
from portal.records.reading.rows import Row, Sheet

Key = tuple[Any, ...]
Cells = dict[str, Any]

SQL = {
    "units": "SELECT id, name AS unit, building, stairwell, floor, use, billable_area, occupancy, handed_over_on"
    " FROM unit WHERE community = $1 AND name = ANY($2)",
    "people": "SELECT id, human, external_id AS person, name, phone, email, language FROM person WHERE community = $1"
    " AND external_id = ANY($2)",
    "occupancies": "SELECT o.id, u.name AS unit, p.external_id AS person, o.role, o.share, o.starts_on AS from,"
    " o.ends_on AS to FROM occupancy o JOIN unit u ON u.id = o.unit JOIN person p ON p.id = o.person"
    " WHERE o.community = $1 AND u.name = ANY($2)",
    "staff": "SELECT s.id, s.human, h.login, s.name, s.roles, s.department FROM staff s JOIN human h ON h.id = s.human"
    " WHERE s.community = $1",
    "committee": "SELECT c.id, p.external_id AS person, c.post, c.votes, c.starts_on AS from, c.ends_on AS to"
    " FROM committee_post c JOIN person p ON p.id = c.person WHERE c.community = $1",
    "charge_items": "SELECT id, code AS item, name_zh, name_en, kind, tax_rate, voucher FROM charge_item"
    " WHERE community = $1",
    "tariffs": "SELECT t.id, i.code AS item, t.use, t.formula, t.rate, t.per, t.cycle_months, t.timing, t.proration,"
    " t.vacancy_rate, t.rounding, t.starts_on AS from, t.ends_on AS to, t.source"
    " FROM tariff t JOIN charge_item i ON i.id = t.item WHERE t.community = $1",
    "unit_charges": "SELECT c.id, u.name AS unit, i.code AS item, c.quantity, c.starts_on AS from, c.ends_on AS to,"
    " c.reason FROM unit_charge c JOIN unit u ON u.id = c.unit JOIN charge_item i ON i.id = c.item"
    " WHERE c.community = $1 AND u.name = ANY($2)",
    "meter_readings": "SELECT r.id, u.name AS unit, i.code AS item, r.meter, r.period, r.previous, r.current, r.reason"
    " FROM meter_reading r JOIN unit u ON u.id = r.unit JOIN charge_item i ON i.id = r.item"
    " WHERE r.community = $1 AND u.name = ANY($2) AND r.period = ANY($3)",
    "shared_costs": "SELECT c.id, i.code AS item, c.period, c.amount, c.scope, c.reason"
    " FROM shared_cost c JOIN charge_item i ON i.id = c.item WHERE c.community = $1 AND c.period = ANY($2)",
    "service_standards": "SELECT id, coalesce(heading, area) AS area, item_zh, item_en, frequency, per, grade, source,"
    " starts_on, version FROM service_standard WHERE community = $1 AND ends_on IS NULL",
    "opening_balances": "SELECT l.id, u.name AS unit, i.code AS item, l.first_month AS period, b.due_on, l.amount,"
    " b.number FROM bill_line l JOIN bill b ON b.id = l.bill AND b.kind = 'opening' JOIN unit u ON u.id = l.unit"
    " JOIN charge_item i ON i.id = l.item WHERE l.community = $1 AND u.name = ANY($2)",
}
WHOLE = ("staff", "charge_items", "tariffs", "shared_costs", "service_standards")
# Other files are checked against these: the names they refer to, and the rows they must agree with.
ALWAYS = ("charge_items", "tariffs", "occupancies")


@dataclass
class Known:
    """A community's rows by file stem and key; each row has its columns by their names in the file, and `id`."""

    community: Cells | None = None
    rows: dict[str, dict[Key, Cells]] = field(default_factory=dict)
    compared: dict[str, tuple[Sheet | None, list[Change]]] = field(default_factory=dict)

    def of(self, stem: str) -> dict[Key, Cells]:
        """The rows of a file; none for a new community."""
        return self.rows.get(stem, {})

    def changes(self, stem: str, folder: Folder) -> list[Change]:
        """A file's rows compared with the known ones; computed once, since several checks and the saving need it."""
        sheet = folder.sheets.get(stem)
        before = self.compared.get(stem)
        if before is None or before[0] is not sheet:
            before = self.compared[stem] = (sheet, changes_of(sheet, self.of(stem)))
        return before[1]


async def known_of(code: str, folder: Folder) -> Known:
    """The known rows of a community in the scope of the unit of work, as far as the whole files concern them."""
    estate = await fetch_one(
        "SELECT id, code, name, fee_mode, jurisdiction, timezone, currency, due_rule, hotline, contract_ref, company,"
        " credit_code, address, phone, bank, account_name, account_no, expense_limit FROM community WHERE code = $1",
        code,
    )
    if estate is None:
        return Known()
    known = Known(dict(estate))
    for stem in WHOLE:
        if stem in folder.sheets or stem in ALWAYS:
            await _add(known, stem, *([_all_of("period", folder, stem)] if stem == "shared_costs" else []))
    return known


async def known_portion(known: Known, portion: Folder, *stems: str, alike: Mapping[str, str] | None = None) -> Known:
    """The known rows of the homes or persons of a portion in these files, besides those known as a whole.

    `alike` are all known names by the form that their spellings share: those like a name of the portion are included.
    """
    result = Known(known.community, {stem: known.of(stem) for stem in WHOLE})
    if known.community is None:
        return result
    by = "person" if stems == ("people",) else "unit"
    names = _all_of(by, portion, *portion.sheets)
    names += [alike[key] for name in names if (key := folded(by, name)) in alike] if alike else []
    for stem in stems:
        if stem == "committee":
            await _add(result, stem)
        elif stem == "meter_readings":
            await _add(result, stem, names, _all_of("period", portion, stem))
        else:
            await _add(result, stem, names)
    return result


def _all_of(column: str, folder: Folder, *stems: str) -> list[str]:
    return sorted({str(value) for stem in stems for row in folder.rows(stem) if (value := row.get(column))})


async def _add(known: Known, stem: str, *values: list[str]) -> None:
    assert known.community is not None
    key = FILES[stem].key
    rows = [dict(row) for row in await fetch(SQL[stem], known.community["id"], *values)]
    known.rows[stem] = {tuple([row[name] for name in key]): row for row in rows}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing in a file. `old` is the known row, None for a new one; `new` has every column."""

    row: Row
    key: Key
    old: Cells | None
    new: Cells

    @property
    def same(self) -> bool:
        """Whether nothing of it changes."""
        return self.old is not None and all(self.old[name] == value for name, value in self.new.items())

    def changes(self, *columns: str) -> bool:
        """Whether any of these columns changes."""
        return self.old is not None and any(self.old[name] != self.new[name] for name in columns)


def changes_of(sheet: Sheet | None, known: dict[Key, Cells]) -> list[Change]:
    """A file's readable rows compared with the known ones, in the order of the file."""
    if sheet is None or not sheet.file.key:
        return []
    keyed = [(row, key) for row, key in sheet.keyed if not row.bad]
    blank = {column.name: column.default for column in sheet.file.columns}
    twins = _twins(keyed, known) if sheet.file.stem == "occupancies" else {}
    return [_change(blank, row, key, known.get(key) or twins.get(key)) for row, key in keyed]


def _change(blank: Cells, row: Row, key: Key, old: Cells | None) -> Change:
    base = blank if old is None else {name: old[name] for name in blank}
    new = {**base, **row.cells}
    if new.get("role") == OccupantRole.tenant:
        new["share"] = None
    return Change(row, key, old, new)


def _twins(keyed: list[tuple[Row, Key]], known: dict[Key, Cells]) -> dict[Key, Cells]:
    """For a tie that overlaps a known one of the same person but starts on another day: that one, to be corrected.

    Rows are never deleted, so without this a mistyped first day could not be corrected.
    """
    wanted = {key for _, key in keyed}
    by_tie: dict[Key, list[Cells]] = {}
    for key, cells in known.items():
        if key not in wanted:
            by_tie.setdefault(key[:3], []).append(cells)
    fresh: dict[Key, list[tuple[Row, Key]]] = {}
    for row, key in keyed:
        if key not in known:
            fresh.setdefault(key[:3], []).append((row, key))
    return {
        rows[0][1]: olds[0]
        for tie, rows in fresh.items()
        if len(rows) == 1 == len(olds := by_tie.get(tie, [])) and days_of(rows[0][0].cells).meet(days_of(olds[0]))
    }


def days_of(cells: Cells) -> Days:
    """The days of a row with `from` and `to`."""
    return Days.between(cells.get("from"), cells.get("to"))


def merged(stem: str, folder: Folder, known: Known) -> dict[Key, tuple[Cells, Row | None]]:
    """Every row of a file as it would be after the import, with the file's row if it has one."""
    changes = known.changes(stem, folder)
    replaced = {id(change.old) for change in changes if change.old is not None}
    others: dict[Key, tuple[Cells, Row | None]] = {
        key: (row, None) for key, row in known.of(stem).items() if id(row) not in replaced
    }
    return others | {change.key: (change.new, change.row) for change in changes}
