"""Read a folder of CSV files into rows of values; every mistake in it is noted, none stops the reading."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.estate.cells import BadCell
from portal.estate.columns import FILES, LATER, Column, File
from portal.estate.report import Fault, fault
from portal.kit.i18n import N_, Sentence

MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 200_000

NO_FOLDER = N_("There is no such folder. Name a folder of CSV files.")
NO_WORKBOOK = N_("Workbooks cannot be read yet. Save each sheet as a CSV file of the same name, in one folder.")
NO_FILES = N_("No file of an import is in this folder. Put at least community.csv there.")
UNKNOWN_FILE = N_("This file is not part of an import. Take it out, or give it one of the names: %(names)s.")
ENCODING = N_("The file is neither UTF-8 nor GB18030. Save it again as CSV UTF-8.")
EMPTY_FILE = N_("The file is empty. Its first row must name the columns: %(names)s.")
UNKNOWN_COLUMN = N_("There is no column “%(name)s” in this file. Remove it, or correct its name to one of: %(names)s.")
TWICE = N_("The column “%(name)s” is there twice. Remove one of them.")
NO_COLUMN = N_("The column “%(name)s” is missing. Add it.")
NO_CELL = N_("This must not be empty. Fill it in.")
WIDTH = N_("The row has %(cells)s cells, the header has %(columns)s. Put quotes around a cell with a comma in it.")
BROKEN = N_("The file cannot be read from here on. Check the quotes of this row.")
TOO_LARGE = N_("The file is too large. Split it: at most 64 MB and %(rows)s rows.")
NOT_KEPT = N_("This file was checked but is not kept yet. It belongs to a later version.")


@dataclass(frozen=True)
class Row:
    """A row's values by column: only columns of the file, and without those in `bad`. `line` is its line."""

    line: int
    cells: dict[str, Any]
    bad: frozenset[str] = frozenset()

    def get(self, column: str) -> Any:
        """The value, or None where it is unknown."""
        return self.cells.get(column)


@dataclass
class Sheet:
    """A file as read. `broken`: not all of its rows could be read, so nothing can be said of what is missing."""

    file: File
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    broken: bool = False

    def key(self, row: Row) -> tuple[Any, ...] | None:
        """What the row is about, or None if that cannot be read."""
        if row.bad & set(self.file.key):
            return None
        found = tuple(self._value(row, name) for name in self.file.key)
        required = self.file.required
        missing = any(v is None and name in required for name, v in zip(self.file.key, found, strict=True))
        return None if missing else found

    def _value(self, row: Row, name: str) -> Any:
        value = row.cells.get(name)
        column = self.file.column(name)
        return column.default if value is None and column else value


@dataclass
class Folder:
    """The files of a folder by stem, what is wrong with them, and what is only worth knowing."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def rows(self, stem: str) -> list[Row]:
        """The rows of a file; none if it is not there."""
        return self.sheets[stem].rows if stem in self.sheets else []

    def add(self, stem: str, row: int, column: str, sentence: str, /, **facts: object) -> None:
        """Note a mistake."""
        self.faults.append(fault(stem, row, column, sentence, **facts))


def read_folder(path: Path) -> Folder:
    """Read every CSV file of a folder. Other files in it are left alone."""
    folder = Folder()
    if path.suffix.lower() == ".xlsx":
        folder.faults.append(Fault(path.name, 1, "", Sentence(NO_WORKBOOK)))
    elif not path.is_dir():
        folder.faults.append(Fault(path.name, 1, "", Sentence(NO_FOLDER)))
    else:
        for found in sorted(path.iterdir()):
            if found.is_file() and found.suffix.lower() == ".csv" and not found.name.startswith((".", "~$")):
                _read_file(found, folder)
        if not folder.sheets and not folder.faults:
            folder.faults.append(Fault("community.csv", 1, "", Sentence(NO_FILES)))
    return folder


def _read_file(path: Path, folder: Folder) -> None:
    stem = path.stem
    file = FILES.get(stem)
    if file is None or path.suffix != ".csv":
        names = ", ".join(f"{name}.csv" for name in FILES)
        folder.faults.append(Fault(path.name, 1, "", Sentence(UNKNOWN_FILE, {"names": names})))
        return
    sheet = folder.sheets[stem] = Sheet(file)
    if path.stat().st_size > MOST_BYTES:
        sheet.broken = True
        folder.add(stem, 1, "", TOO_LARGE, rows=MOST_ROWS)
        return
    text = _decoded(path.read_bytes())
    if text is None:
        sheet.broken = True
        folder.add(stem, 1, "", ENCODING)
        return
    records = _records(text, stem, sheet, folder)
    header = next(records, None)
    if header is None:
        sheet.broken = True
        folder.add(stem, 1, "", EMPTY_FILE, names=", ".join(c.name for c in file.columns))
        return
    _read_rows(records, _header(header, sheet, folder), sheet, folder)
    if stem in LATER:
        folder.warnings.append(fault(stem, 1, "", NOT_KEPT))


def _decoded(raw: bytes) -> str | None:
    """UTF-8 with or without BOM, else GB18030; None for neither, also for UTF-16 which GB18030 can misread."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw[:4096]:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _records(text: str, stem: str, sheet: Sheet, folder: Folder) -> Iterator[tuple[int, list[str]]]:
    """The records that hold anything, each with the line it begins on; a broken quote ends them."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            sheet.broken = True
            folder.add(stem, line, "", BROKEN)
            return
        if any(cell.strip() for cell in record):
            yield line, record


def _header(header: tuple[int, list[str]], sheet: Sheet, folder: Folder) -> list[Column | None]:
    """The column of each place; None where it is unknown."""
    line, file, stem = header[0], sheet.file, sheet.file.stem
    found: list[Column | None] = []
    for name in (cell.strip() for cell in header[1]):
        column = file.column(name)
        if column is None:
            folder.add(stem, line, name, UNKNOWN_COLUMN, name=name, names=", ".join(c.name for c in file.columns))
        elif column in found:
            folder.add(stem, line, name, TWICE, name=name)
            column = None
        found.append(column)
    sheet.columns = tuple(c.name for c in found if c)
    for name in file.required:
        if name not in sheet.columns:
            folder.add(stem, line, name, NO_COLUMN, name=name)
    return found


def _read_rows(
    records: Iterator[tuple[int, list[str]]], header: list[Column | None], sheet: Sheet, folder: Folder
) -> None:
    stem = sheet.file.stem
    for line, record in records:
        if len(sheet.rows) >= MOST_ROWS:
            sheet.broken = True
            folder.add(stem, line, "", TOO_LARGE, rows=MOST_ROWS)
            return
        while len(record) > len(header) and not record[-1].strip():
            record.pop()
        if len(record) != len(header):
            folder.add(stem, line, "", WIDTH, cells=len(record), columns=len(header))
            sheet.broken = True
            continue
        cells: dict[str, Any] = {}
        bad: set[str] = set()
        for column, typed in zip(header, record, strict=True):
            if column is None:
                continue
            try:
                value = _value(column, typed.strip())
            except BadCell as wrong:
                folder.faults.append(Fault(f"{stem}.csv", line, column.name, wrong.sentence))
                bad.add(column.name)
            else:
                if value is not None or column.default is None:
                    cells[column.name] = value
        sheet.rows.append(Row(line, cells, frozenset(bad)))


def _value(column: Column, typed: str) -> Any:
    value = column.parse(typed) if typed else None
    if column.required and (value is None or value == ()):
        raise BadCell(NO_CELL)
    return value
