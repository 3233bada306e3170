"""The input of an import: CSV files read line by line, or the sheets of a workbook."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path

from portal.kit.i18n import N_

MOST_BYTES = 512 * 1024 * 1024
MOST_RECORD = 1024 * 1024  # characters; a record as long as this is a quote that never ends
_CHUNK = 1024 * 1024
_REPLACED = "\ufffd"
_WIDE = re.compile("[\u0800-\ufffc]")

ENCODING = N_("The file is neither UTF-8 nor GB18030. Save it again as CSV UTF-8.")
UNREADABLE_BYTES = N_("The file contains an invalid character. Save it again as CSV UTF-8.")
DAMAGED = N_("This row contains a damaged character. Correct the row, and save the file again as CSV UTF-8.")
BROKEN = N_("The file cannot be read beyond this point. Check the quotes in this row.")

Record = tuple[int, list[str]]  # the line it begins on, and its cells


class Unreadable(ValueError):
    """The file cannot be read on from line `line`; `sentence` says what to do."""

    def __init__(self, line: int, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.line, self.sentence, self.facts = line, sentence, facts


def encoding_of(path: Path) -> str:
    """`utf-8-sig` (with or without BOM) or `gb18030`, by the whole file. Raises Unreadable for anything else.

    GB18030 can misread UTF-16, which is told by its first bytes or by the NUL that it and no text has, and UTF-8 with
    a damaged character, which is told by how much else of it is UTF-8.
    """
    _no_nul(path)
    damaged = _first_damaged(path, "utf-8-sig")
    if damaged is None:
        return "utf-8-sig"
    if _mostly_utf8(path):
        raise Unreadable(damaged, DAMAGED)
    damaged = _first_damaged(path, "gb18030")
    if damaged is not None:
        raise Unreadable(damaged, ENCODING)
    return "gb18030"


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _no_nul(path: Path) -> None:
    line = 1
    for n, chunk in enumerate(_chunks(path)):
        if n == 0 and (chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in chunk[:2]):
            raise Unreadable(1, ENCODING)
        if (at := chunk.find(b"\x00")) >= 0:
            wide = n == 0 and chunk[:4096].count(b"\x00") > 1
            raise Unreadable(1, ENCODING) if wide else Unreadable(line + chunk.count(b"\n", 0, at), UNREADABLE_BYTES)
        line += chunk.count(b"\n")


def _first_damaged(path: Path, encoding: str) -> int | None:
    """The line of the first bytes that are none of this encoding; None if there are none."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        for chunk in _chunks(path):
            line += decoder.decode(chunk).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as wrong:
        return line + wrong.object.count(b"\n", 0, wrong.start)
    return None


def _mostly_utf8(path: Path) -> bool:
    """Whether more characters of three bytes are well formed than damaged; of Chinese in GB18030 hardly any are."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    good = bad = 0
    for text in map(decoder.decode, _chunks(path)):
        bad += text.count(_REPLACED)
        good += len(_WIDE.findall(text))
    return good > bad


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
