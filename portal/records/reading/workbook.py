"""Sheets of an .xlsx: looked through as bytes before anything opens it, then read by calamine in a process of its own.

calamine holds a whole sheet and knows neither formulas nor errors of cells. So a process with little memory turns the
sheets into lines of JSON, and what is not plain values is found here first.
"""

from __future__ import annotations

import json
import math
import re
import resource
import stat
import subprocess
import sys
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from portal.kit.i18n import N_
from portal.records.reading.sources import Record, Unreadable

MOST_PACKED = 64 * 1024 * 1024
MOST_UNPACKED = 256 * 1024 * 1024
MOST_ENTRIES = 200
MOST_RATIO = 100
MOST_COLUMNS = 100
MEMORY = 240 * 1024 * 1024  # of the process that opens it
SECONDS = 120
MOST_EXACT = 1e15  # of numbers beyond it spreadsheets keep only the first 15 digits
_CHUNK = 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

NOT_A_WORKBOOK = N_("This is not an .xlsx workbook. Save it again as .xlsx, or each sheet as CSV UTF-8.")
LOCKED = N_("The workbook has a password or is an old .xls. Save it as .xlsx without a password.")
MACROS = N_("The workbook contains macros. Save it as .xlsx without them.")
LINKS = N_("The workbook refers to other files. Break the links, or save each sheet as CSV UTF-8.")
DAMAGED = N_("The workbook is damaged. Save it again as .xlsx, or each sheet as CSV UTF-8.")
PACKED = N_("The workbook is larger than %(megabytes)s MB when unpacked. Save each sheet as CSV UTF-8 in one folder.")
TOO_BIG = N_("The workbook needs too much memory. Save each sheet as CSV UTF-8 in one folder.")
WIDE = N_("There is a cell far to the right (%(cell)s). Delete everything outside the table.")
SAME_NAME = N_("Two sheets are named “%(name)s”. Delete one of them.")
NOT_PLAIN = N_("Cell %(cell)s contains a formula or an error. Enter the plain value instead.")
MERGED = N_("Cells %(cells)s are merged. Unmerge them and enter the value in each row it applies to.")

_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>/])([^<>]*)>(?:\s*<(?:\w+:)?(f)(?=[\s>/]))?")
_REF = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_FIRST = re.compile(r"\d{4}-\d{2}-01")
_REFUSED = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)


def open_workbook(path: Path, aside: Path) -> dict[str, Path]:
    """The sheets by name, each as a file of records for `sheet_records`, written to `aside`. Raises Unreadable."""
    _look_through(path)
    words = [sys.executable, "-m", "portal.records.reading.workbook", str(path), str(aside)]
    try:
        done = subprocess.run(words, timeout=SECONDS, capture_output=True, check=False)  # noqa: S603 (our own words)
    except subprocess.TimeoutExpired:
        raise Unreadable(1, TOO_BIG) from None
    if done.returncode:
        raise Unreadable(1, DAMAGED if done.returncode == 3 else TOO_BIG)
    names = json.loads(done.stdout)
    for name in names:
        if names.count(name) > 1:
            raise Unreadable(1, SAME_NAME, name=name[:60])
    return {name: aside / f"sheet-{n}.jsonl" for n, name in enumerate(names)}


def sheet_records(path: Path) -> Iterator[Record]:
    """The records that hold anything, each with its row. Raises Unreadable where cells are merged."""
    header: list[str] = []
    with path.open(encoding="utf-8") as file:
        for text in file:
            row, cells, *merged = json.loads(text)
            if not any(cell.strip() for cell in cells):
                continue
            if merged:
                raise Unreadable(row, MERGED, cells=", ".join(merged))
            if not header:
                while not cells[-1].strip():  # a sheet is as wide as its widest row
                    cells.pop()
                header = [cell.strip() for cell in cells]
                yield row, cells
            else:
                yield (
                    row,
                    [_month(name, cell) for name, cell in zip(header, cells, strict=False)] + cells[len(header) :],
                )


def _month(name: str, cell: str) -> str:
    """Spreadsheets make the first day of a month from a month."""
    return cell[:7] if name == "period" and _FIRST.fullmatch(cell) else cell


def _look_through(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
    if head == _OLE:
        raise Unreadable(1, LOCKED)
    if path.stat().st_size > MOST_PACKED:
        raise Unreadable(1, PACKED, megabytes=MOST_UNPACKED // 1024**2)
    try:
        with zipfile.ZipFile(path) as packed:
            _sizes(packed.infolist())
            for entry in packed.infolist():
                with packed.open(entry) as part:
                    _look_at(entry.filename, part)  # type: ignore[arg-type]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as wrong:
        if isinstance(wrong, Unreadable):
            raise
        raise Unreadable(1, NOT_A_WORKBOOK if head[:2] != b"PK" else DAMAGED) from None


def _sizes(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename.lower() for entry in entries]
    if "xl/workbook.xml" not in names:
        raise Unreadable(1, NOT_A_WORKBOOK)
    if any(name.endswith(".bin") and "vba" in name for name in names):
        raise Unreadable(1, MACROS)
    if any(name.startswith(("xl/externallinks/", "xl/connections", "xl/embeddings/")) for name in names):
        raise Unreadable(1, LINKS)
    if len(names) != len(set(names)) or any(map(_strange, entries)):
        raise Unreadable(1, DAMAGED)
    swollen = any(e.file_size > _CHUNK and e.file_size > MOST_RATIO * e.compress_size for e in entries)
    if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > MOST_UNPACKED or swollen:
        raise Unreadable(1, PACKED, megabytes=MOST_UNPACKED // 1024**2)


def _strange(entry: zipfile.ZipInfo) -> bool:
    """Whether a part has a password, is a link, or is named as if it belonged elsewhere."""
    outside = ".." in entry.filename or entry.filename.startswith("/") or "\\" in entry.orig_filename
    return bool(entry.flag_bits & 1) or stat.S_ISLNK(entry.external_attr >> 16) or outside


def _look_at(name: str, part: BinaryIO) -> None:
    """Read a part to its end, which also proves its size; an XML part must be plain UTF-8 with plain cells."""
    rest, first = b"", True
    xml = name.lower().endswith((".xml", ".rels"))
    while chunk := part.read(_CHUNK):
        if not xml:
            if first and chunk.startswith(b"PK\x03\x04"):  # an archive within
                raise Unreadable(1, DAMAGED)
            first = False
            continue
        text = rest + chunk
        if b"\x00" in chunk or _REFUSED.search(text) or (first and _ENCODING.match(text.removeprefix(b"\xef\xbb\xbf"))):
            raise Unreadable(1, DAMAGED)
        first = False
        for match in _CELL.finditer(text):
            _look_at_cell(match)
        cut = text.rfind(b"<", 0, max(0, len(text) - 4096))
        rest = text[cut:] if cut >= 0 else text[-4096:]


def _look_at_cell(match: re.Match[bytes]) -> None:
    at = _REF.search(match[1])
    if at is None:
        if re.search(rb"\sr\s*=", match[1]):
            raise Unreadable(1, DAMAGED)
        cell, row, column = "", 1, 0
    else:
        cell, row = (at[1] + at[2]).decode(), int(at[2])
        column = sum((byte - 64) * 26**power for power, byte in enumerate(reversed(at[1])))
    if match[2] or _ERROR.search(match[1]):
        raise Unreadable(row, NOT_PLAIN, cell=cell)
    if column > MOST_COLUMNS and not match[1].endswith(b"/"):
        raise Unreadable(row, WIDE, cell=cell)


def as_typed(value: Any) -> str:
    """A cell's value as somebody would have typed it in a CSV file: whole numbers without a point, days as ISO."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and MOST_EXACT <= abs(value) < math.inf:
        return f"{value:.14E}"
    if isinstance(value, float):
        plain = repr(value)
        return f"{Decimal(plain):f}".removesuffix(".0") if "n" not in plain else plain
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _merged(ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> dict[int, list[str]]:
    """The merged cells by the row in which they begin, as a spreadsheet names them; places are counted from zero."""
    grouped: dict[int, list[str]] = defaultdict(list)
    for (top, left), (bottom, right) in ranges:
        grouped[top + 1].append(f"{_letters(left)}{top + 1}:{_letters(right)}{bottom + 1}")
    return grouped


def _letters(column: int) -> str:
    """27 as AB."""
    more, last = divmod(column, 26)
    return (_letters(more - 1) if more else "") + chr(ord("A") + last)


def _convert(path: str, aside: str) -> list[str]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    for n in range(len(book.sheet_names)):
        sheet = book.get_sheet_by_index(n)
        merged = _merged(sheet.merged_cell_ranges or ())
        with (Path(aside) / f"sheet-{n}.jsonl").open("w", encoding="utf-8") as out:
            for row, cells in enumerate(sheet.iter_rows(), start=1):
                record = [row, [as_typed(cell) for cell in cells], *merged.get(row, ())]
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
        del sheet
    return list(book.sheet_names)


if __name__ == "__main__":
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        print(json.dumps(_convert(*sys.argv[1:])))
    except MemoryError:
        sys.exit(4)
    except Exception:
        sys.exit(3)
