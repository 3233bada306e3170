"""Rows of a statement as values: columns by name into a dataclass, each turned into what its field says it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


async def fetch_as(kind: type[Kind], sql: str, *values: object) -> list[Kind]:
    """The rows of a statement as instances of a dataclass; in the running unit of work.

    Fen become Money, `YYYY-MM` a Month, a word its enum, an array a tuple, by the annotation of the field. Raises
    TypeError when a column is missing for a field that needs one, or has no field.
    """
    return as_rows(kind, await fetch(sql, *values))


async def fetch_one_as(kind: type[Kind], sql: str, *values: object) -> Kind | None:
    """The first row as `fetch_as` makes it, or None."""
    row = await fetch_one(sql, *values)
    return as_rows(kind, [row])[0] if row is not None else None


def as_rows(kind: type[Kind], rows: Iterable[Record | Mapping[str, Any]]) -> list[Kind]:
    """Rows that were fetched already as instances of a dataclass. Raises TypeError as `fetch_as` does."""
    turns, needed = _plan(kind)  # type: ignore[arg-type]
    found = []
    for row in rows:
        given = set(row.keys())  # a record's keys can be gone through once
        if lacks_or_strange := (needed - given) | (given - turns.keys()):
            lacks, strange = sorted(lacks_or_strange & needed), sorted(lacks_or_strange - needed)
            raise TypeError(f"{kind.__name__}: the statement lacks {lacks} and gives {strange}")
        found.append(kind(**{name: turns[name](row[name]) for name in given}))
    return found


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
    if get_origin(wanted) is tuple:
        each = _turn(get_args(wanted)[0])
        return lambda value: tuple(each(one) for one in value or ())
    if wanted is Month:
        return Month.parse
    if wanted is Money or (isinstance(wanted, type) and issubclass(wanted, Enum)):
        return wanted
    return lambda value: value
