"""The rows of a file as values, each with its key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any

from portal.kit.i18n import N_
from portal.records.reading.cells import FORMULA, BadCell
from portal.records.reading.columns import Column, File
from portal.records.reading.report import Fault, Noted

NO_CELL = N_("This must not be empty.")

_REMEMBERED = 2048  # different cells of a column
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
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
    """A file as read, or a portion of it.

    `broken`: not all of its rows could be read, so nothing can be said of what is missing. `unsure`: neither can it
    of names, since a key could not be read.
    """

    file: File
    header: list[Column | None] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    broken: bool = False
    bad_key: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it has, by name."""
        return tuple(column.name for column in self.header if column)

    @property
    def unsure(self) -> bool:
        """Whether rows may be missing only because they could not be read."""
        needed = set(self.file.key) & set(self.file.required)
        return self.broken or self.bad_key or not needed <= set(self.columns)

    @cached_property
    def keyed(self) -> list[tuple[Row, tuple[Any, ...]]]:
        """The rows that are about something, with what that is; asked for once all rows are there."""
        return [(row, key) for row in self.rows if (key := self.key(row)) is not None]

    @cached_property
    def readers(self) -> list[tuple[Column, Callable[[str], Any]] | None]:
        """How to read each cell of a row; what is written in many rows is read once."""
        return [
            (column, lru_cache(_REMEMBERED)(partial(read_cell, column))) if column else None for column in self.header
        ]

    def key(self, row: Row) -> tuple[Any, ...] | None:
        """What the row is about, or None if that cannot be read."""
        if row.bad and row.bad & set(self.file.key):
            return None
        result = tuple(map(row.cells.get, self.file.key))
        if None not in result:
            return result
        result = tuple([self._value(row, name) for name in self.file.key])
        required = self.file.required
        missing = any(v is None and name in required for name, v in zip(self.file.key, result, strict=True))
        return None if missing else result

    def _value(self, row: Row, name: str) -> Any:
        value = row.cells.get(name)
        column = self.file.column(name) if value is None else None
        return column.default if column else value


def read_row(line: int, record: list[str], sheet: Sheet, faults: Noted) -> Row:
    """The values of a record as wide as the sheet's header; what is wrong with its cells is noted in `faults`."""
    cells: dict[str, Any] = {}
    bad: set[str] = set()
    for reader, typed in zip(sheet.readers, record, strict=True):
        if reader is None:
            continue
        column, read = reader
        try:
            value = read(typed.strip())
        except BadCell as wrong:
            faults.append(Fault(f"{sheet.file.stem}.csv", line, column.name, wrong.sentence))
            bad.add(column.name)
        else:
            if value is not None or column.default is None:
                cells[column.name] = value
    return Row(line, cells, frozenset(bad) if bad else _NONE)


def read_cell(column: Column, typed: str) -> Any:
    """What a cell means, None if it is empty. Raises BadCell."""
    if typed.startswith("="):
        raise BadCell(FORMULA)
    value = column.parse(typed) if typed else None
    if column.required and (value is None or value == ()):
        raise BadCell(NO_CELL)
    return value
