"""Facts that are kept, as JSON in which each value says what it is; whoever reads them back need not guess.

What JSON has no type for stands as an object of one name, `$` and the type: a sum is `{"$Money": 1230}` in fen, a month
`{"$Month": "2026-11"}`, a day `{"$date": "2026-12-01"}`, a moment `{"$datetime": "2026-12-01T08:00:00+00:00"}`, a word
of an enum `{"$CaseState": "overdue"}`. Ids and decimals are text. SQL asks for `facts->'total'->>'$Money'`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from portal.kit.money import Money
from portal.kit.period import Month


class Word(str):
    """A word of an enum that was kept: it equals its value, and `enum` says in whose names it is looked up."""

    enum: str

    def __new__(cls, enum: str, value: str) -> Word:
        word = super().__new__(cls, value)
        word.enum = enum
        return word


READ: Mapping[str, Callable[[Any], object]] = {
    "$Money": Money,
    "$Month": Month.parse,
    "$date": date.fromisoformat,
    "$datetime": datetime.fromisoformat,
}


def as_json(facts: Mapping[str, object]) -> str:
    """Facts for storing. Raises TypeError for a value, and ValueError for a name, that could not be read back."""
    return json.dumps(_told(facts), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> dict[str, Any]:
    """Stored facts; words of enums as `Word`, tuples and sets as lists."""
    facts: dict[str, Any] = json.loads(text, object_hook=_read)
    return facts


def _told(fact: object) -> object:
    match fact:
        case Money():
            return {"$Money": fact.fen}
        case Enum():
            return {f"${type(fact).__name__}": fact.value}
        case Word():
            return {f"${fact.enum}": str(fact)}
        case Month():
            return {"$Month": str(fact)}
        case datetime():  # before date: a moment is one too
            return {"$datetime": fact.isoformat()}
        case date():
            return {"$date": fact.isoformat()}
        case UUID() | Decimal():
            return str(fact)
        case Mapping():
            if any(name.startswith("$") for name in fact):
                raise ValueError("a name of a fact begins with $")
            return {name: _told(value) for name, value in fact.items()}
        case list() | tuple():
            return [_told(one) for one in fact]
        case set() | frozenset():
            return [_told(one) for one in sorted(fact)]
        case None | bool() | int() | str():
            return fact
    raise TypeError(f"{type(fact).__name__} is no fact that is kept")


def _read(kept: dict[str, Any]) -> object:
    match list(kept.items()):
        case [(name, value)] if name.startswith("$"):
            return READ[name](value) if name in READ else Word(name[1:], value)
    return kept


def plain(value: object) -> object:
    """Facts of a document or a change of a case, for `json.dumps`: sums in fen and days as text, for use in SQL.

    Raises TypeError for anything unexpected.
    """
    if isinstance(value, Money):
        return value.fen
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if not isinstance(value, tuple) else list(value)
    raise TypeError(f"{type(value).__name__} is no fact that is kept")
