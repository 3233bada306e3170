"""Read the files of an import into rows of values. Errors are collected and do not stop the reading.

What an estate has few of stays in memory. Homes and people, of which there are many, are put aside on disk in
portions, so that an estate of any size takes the room of one portion.
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from portal.kit.i18n import N_
from portal.kit.text import loose, plain
from portal.records.reading.cells import BadCell
from portal.records.reading.columns import BY_HOME, FILES, IN_PORTIONS, ORDER
from portal.records.reading.report import Noted, fault
from portal.records.reading.rows import Row, Sheet, read_cell, read_row
from portal.records.reading.sources import Record, Unreadable

MOST_ROWS = 2_000_000  # of an import in all
MOST_AT_ONCE = 200_000  # of a file that is not read in portions
PORTION = 16_000  # rows, about
_BUFFER = 500
_REMEMBERED = 2048  # names

EMPTY_FILE = N_("The file is empty. Its first row must name the columns: %(names)s.")
UNKNOWN_COLUMN = N_("There is no column “%(name)s” in this file. Remove it, or correct its name to one of: %(names)s.")
TWICE = N_("The column “%(name)s” appears twice. Remove one of them.")
NO_COLUMN = N_("The column “%(name)s” is missing. Add it.")
WIDTH = N_(
    "The row has %(cells)s cells, but the header has %(columns)s. Put quotes around any cell that contains a comma."
)
MANY_ROWS = N_("The file has more than %(rows)s rows. Import it in several parts.")


@dataclass
class Folder:
    """Files by stem, or one portion of them, what is wrong with them, and what is only worth knowing."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    faults: Noted = field(default_factory=lambda: Noted(ORDER))
    warnings: Noted = field(default_factory=lambda: Noted(ORDER))

    def rows(self, stem: str) -> list[Row]:
        """The rows of a file; none if it is not there."""
        return self.sheets[stem].rows if stem in self.sheets else []

    def add(self, stem: str, row: int, column: str, sentence: str, /, **facts: object) -> None:
        """Note a mistake."""
        self.faults.append(fault(stem, row, column, sentence, **facts))

    def again(self, sheets: dict[str, Sheet] | None = None) -> Folder:
        """The same notes so far, to begin from, with these sheets."""
        return Folder(self.sheets if sheets is None else sheets, Noted(ORDER, self.faults), Noted(ORDER, self.warnings))


@dataclass
class Found:
    """An import as read: what is whole in `whole`, the rest in portions on disk; what the portions have in common."""

    aside: Path
    whole: Folder = field(default_factory=Folder)
    portioned: dict[str, Sheet] = field(default_factory=dict)  # without rows
    portions: int = 1
    people: set[str] = field(default_factory=set)
    buildings: dict[str, int] = field(default_factory=dict)  # each with the first row that names it
    counted: dict[str, int] = field(default_factory=dict)  # rows by stem
    too_many: bool = False  # rows, so that it must come in parts anyway

    @property
    def stems(self) -> set[str]:
        """The files that are there."""
        return {*self.whole.sheets, *self.portioned}

    def unsure(self, stem: str) -> bool:
        """Whether rows of the file may be missing here only because they could not be read."""
        sheet = self.portioned.get(stem) or self.whole.sheets.get(stem)
        return sheet is not None and sheet.unsure

    def give_up(self, stem: str, line: int, sentence: str, /, **facts: object) -> None:
        """Note that a file cannot be read, or not from this line on."""
        sheets = self.portioned if stem in IN_PORTIONS else self.whole.sheets
        sheets.setdefault(stem, Sheet(FILES[stem])).broken = True
        self.whole.add(stem, line, "", sentence, **facts)

    def portion(self, n: int, stems: Iterable[str], folder: Folder) -> Folder:
        """The rows of portion `n` of these files, noting what is wrong with their cells in `folder`'s notes."""
        result = Folder({}, folder.faults, folder.warnings)
        for stem in stems:
            if stem in self.portioned:
                like = self.portioned[stem]
                sheet = Sheet(like.file, like.header, broken=like.broken, bad_key=like.bad_key)
                sheet.rows = [read_row(line, cells, sheet, result.faults) for line, cells in self._aside(stem, n)]
                result.sheets[stem] = sheet
        return result

    def _aside(self, stem: str, n: int) -> Iterator[Record]:
        path = self.aside / f"{stem}.{n}"
        if path.exists():
            with path.open(encoding="utf-8") as file:
                for batch in file:
                    yield from json.loads(batch)


class Tell(Protocol):
    """Hears the progress of an import: rows of a file that are read, or portions that are done, of how many."""

    def __call__(self, what: str, done: int, whole: int = 0) -> None: ...


def take_in(stem: str, records: Iterator[Record], found: Found, tell: Tell) -> None:
    """Read one file: its header, then its rows into memory or aside. `stem` names a known file."""
    file, whole = FILES[stem], found.whole
    sheet = Sheet(file)
    (found.portioned if stem in IN_PORTIONS else whole.sheets)[stem] = sheet
    try:
        header = next(records, None)
        if header is None:
            found.give_up(stem, 1, EMPTY_FILE, names=", ".join(c.name for c in file.columns))
            return
        _header(header, sheet, whole)
        rows = _counted(_of_width(records, sheet, whole), sheet, found, tell)
        if stem in IN_PORTIONS:
            _put_aside(rows, sheet, found)
        else:
            sheet.rows = [read_row(line, cells, sheet, whole.faults) for line, cells in rows]
            sheet.bad_key = any(row.bad & set(file.key) for row in sheet.rows)
    except Unreadable as wrong:
        found.give_up(stem, wrong.line, wrong.sentence, **wrong.facts)


def _header(header: Record, sheet: Sheet, folder: Folder) -> None:
    """Find the column of each place; None where it is unknown."""
    line, file, stem = header[0], sheet.file, sheet.file.stem
    for name in (cell.strip() for cell in header[1]):
        column = file.column(name)
        shown = name[:60]
        if column is None:
            folder.add(stem, line, shown, UNKNOWN_COLUMN, name=shown, names=", ".join(c.name for c in file.columns))
        elif column in sheet.header:
            folder.add(stem, line, name, TWICE, name=name)
            column = None
        sheet.header.append(column)
    for name in file.required:
        if name not in sheet.columns:
            folder.add(stem, line, name, NO_COLUMN, name=name)


def _of_width(records: Iterator[Record], sheet: Sheet, folder: Folder) -> Iterator[Record]:
    """The records that are as wide as the header; the others are noted."""
    width = len(sheet.header)
    for line, record in records:
        while len(record) > width and not record[-1].strip():
            record.pop()
        if len(record) != width:
            folder.add(sheet.file.stem, line, "", WIDTH, cells=len(record), columns=width)
            sheet.broken = True
            continue
        yield line, record


def _counted(records: Iterator[Record], sheet: Sheet, found: Found, tell: Tell) -> Iterator[Record]:
    """The same records while they are not too many; the row that is one too many is noted."""
    stem = sheet.file.stem
    before = sum(found.counted.values())
    most = min(MOST_ROWS - before, MOST_ROWS if stem in IN_PORTIONS else MOST_AT_ONCE)
    for count, (line, record) in enumerate(records, start=1):
        if count > most:
            found.too_many = True
            raise Unreadable(line, MANY_ROWS, rows=MOST_ROWS if stem in IN_PORTIONS else MOST_AT_ONCE)
        found.counted[stem] = count
        if count % 50_000 == 0:
            tell(stem, count)
        yield line, record


@lru_cache(_REMEMBERED)
def folded(column: str, name: str) -> str:
    """A name without its spelling: whatever is the same of two names of this column stands for one thing."""
    return (loose(name) if column in ("unit", "building") else plain(name)) or name


def _put_aside(records: Iterator[Record], sheet: Sheet, found: Found) -> None:
    """Write each record to the portion its home or person belongs to, and remember names others refer to."""
    stem = sheet.file.stem
    names = [column.name if column else None for column in sheet.header]
    by = "unit" if stem in BY_HOME else "person"
    at = names.index(by) if by in names else None
    column = sheet.file.column(by)
    assert column is not None
    building = names.index("building") if stem == "units" and "building" in names else None
    waiting: dict[int, list[Record]] = defaultdict(list)
    for line, record in records:
        name = record[at].strip() if at is not None else ""
        try:
            known = read_cell(column, name)
        except BadCell:
            sheet.bad_key = True
        else:
            if stem == "people":
                found.people.add(known)
        if building is not None:
            found.buildings.setdefault(record[building].strip(), line)
        n = zlib.crc32(folded(by, name).encode()) % found.portions if found.portions > 1 else 0
        waiting[n].append((line, record))
        if len(waiting[n]) >= _BUFFER:
            _write(found.aside / f"{stem}.{n}", waiting.pop(n))
    for n, batch in waiting.items():
        _write(found.aside / f"{stem}.{n}", batch)


def _write(path: Path, batch: list[Record]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(batch, ensure_ascii=False) + "\n")
