"""Where the records of an import come from: CSV files read line by line, or the sheets of a workbook."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from portal.kit.i18n import N_

MOST_BYTES = 512 * 1024 * 1024
MOST_RECORD = 1024 * 1024  # characters; a record as long as this is a quote that never ends
_CHUNK = 1024 * 1024

ENCODING = N_("The file is neither UTF-8 nor GB18030. Save it again as CSV UTF-8.")
UNREADABLE_BYTES = N_("The file holds a character that no text has. Save it again as CSV UTF-8.")
BROKEN = N_("The file cannot be read from here on. Check the quotes of this row.")

Record = tuple[int, list[str]]  # the line it begins on, and its cells


class Unreadable(ValueError):
    """The file cannot be read on from line `line`; `sentence` says what to do."""

    def __init__(self, line: int, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.line, self.sentence, self.facts = line, sentence, facts


def encoding_of(path: Path) -> str:
    """`utf-8-sig` (with or without BOM) or `gb18030`, by the whole file. Raises Unreadable for anything else.

    UTF-16, which GB18030 can misread, is told by its first bytes or by the NUL that it and no text has.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        with path.open("rb") as file:
            if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
                raise Unreadable(1, ENCODING)
            file.seek(0)
            try:
                while chunk := file.read(_CHUNK):
                    if b"\x00" in chunk:
                        raise Unreadable(1, UNREADABLE_BYTES if b"\x00" not in _head(path) else ENCODING)
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
        return encoding
    raise Unreadable(1, ENCODING)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


class _Lines:
    """The lines of a file for the csv reader; one that goes on for ever is not read to its end."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.file = path.open(encoding=encoding, newline="")
        self.room = MOST_RECORD

    def __iter__(self) -> Iterator[str]:
        with self.file:
            while line := self.file.readline(self.room):
                self.room -= len(line)
                if not self.room:
                    raise csv.Error("too long")
                yield line


def csv_records(path: Path) -> Iterator[Record]:
    """The records that hold anything, each with the line it begins on. Raises Unreadable where that ends."""
    lines = _Lines(path, encoding_of(path))
    reader = csv.reader(lines, strict=True)
    while True:
        line, lines.room = reader.line_num + 1, MOST_RECORD
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Unreadable(line, BROKEN) from None
        if any(cell.strip() for cell in record):
            yield line, record
