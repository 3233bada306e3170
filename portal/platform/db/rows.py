"""Rows of a statement as dataclasses: columns by name, values converted by annotation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from asyncpg import Record

from portal.kit.money import Money
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch, fetch_one

Kind = TypeVar("Kind")
Turn = Callable[[Any], Any]
Row = Record | Mapping[str, Any]


async def fetch_as(kind: type[Kind], sql: str, *values: object) -> list[Kind]:
    """The rows of a statement as instances of a dataclass; in the caller's transaction.

    Fen become Money, `YYYY-MM` a Month, a word its enum, an array a tuple or a list, by the annotation of the field.
    Raises TypeError when a column is missing for a field that needs one, or has no field.
    """
    return as_rows(kind, await fetch(sql, *values))


async def fetch_one_as(kind: type[Kind], sql: str, *values: object) -> Kind | None:
    """The first row as `fetch_as` makes it, or None."""
    row = await fetch_one(sql, *values)
    return as_rows(kind, [row])[0] if row is not None else None


def as_rows(kind: type[Kind], rows: Iterable[Row]) -> list[Kind]:
    """Rows of one statement, fetched already, as instances of a dataclass. Raises TypeError as `fetch_as` does."""
    records = list(rows)
    turns = columns_fit(kind, records[0].keys()) if records else {}
    return [kind(**{name: turn(row[name]) for name, turn in turns.items()}) for row in records]


def as_row(kind: type[Kind], row: Row, *, leaving: Collection[str] = (), **more: object) -> Kind:
    """One row as an instance of a dataclass; `more` are its fields that no column gives, `leaving` columns for others.

    Raises TypeError as `fetch_as` does.
    """
    turns = columns_fit(kind, set(row.keys()).difference(leaving), more)
    return kind(**{name: turn(row[name]) for name, turn in turns.items()}, **more)


def columns_fit(kind: type[Kind], columns: Iterable[str], more: Collection[str] = ()) -> dict[str, Turn]:
    """How each column becomes its field. Raises TypeError for a field without a value, and a column without a field."""
    turns, needed = _plan(kind)  # type: ignore[arg-type]
    given = set(columns)
    lacks, strange = needed - given - set(more), (given - turns.keys()) | (given & set(more))
    if lacks or strange:
        raise TypeError(f"{kind.__name__}: the statement lacks {sorted(lacks)} and gives {sorted(strange)}")
    return {name: turns[name] for name in given}


@cache
def _plan(kind: Any) -> tuple[dict[str, Turn], frozenset[str]]:
    """How each field of a dataclass is made of its column, and the fields that have no default."""
    hints = get_type_hints(kind)
    own = [field for field in fields(kind) if field.init]
    needed = frozenset(one.name for one in own if one.default is MISSING and one.default_factory is MISSING)
    return {field.name: _turn(hints[field.name]) for field in own}, needed


def _turn(wanted: Any) -> Turn:
    """How a value of a column becomes what a field is declared as."""
    if get_origin(wanted) in (Union, UnionType):
        [inner] = [_turn(one) for one in get_args(wanted) if one is not type(None)]
        return lambda value: None if value is None else inner(value)
    if get_origin(wanted) in (tuple, list, Sequence):
        each, made = _turn(get_args(wanted)[0]), tuple if get_origin(wanted) is tuple else list
        return lambda value: made(each(one) for one in value or ())
    if wanted is Month:
        return Month.parse
    if wanted is Money or (isinstance(wanted, type) and issubclass(wanted, Enum)):
        return wanted
    return lambda value: value
