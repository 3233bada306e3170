"""Which home a typed name means; several estates or stairwells can have the same name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from portal.kit.ids import uuid_of
from portal.kit.text import loose
from portal.platform.db.unit_of_work import fetch

_DIGITS = re.compile(r"\d+", re.ASCII)
_NOT_DIGIT = "[^0-9]+"


def holding(name: str) -> str:
    """A pattern for names that contain the numbers of a loose name in this order; matches nothing if it has none."""
    runs = _DIGITS.findall(name)
    return ".*".join(runs) if runs else "$^"  # only digits of ours reach the pattern


def beginning(name: str) -> str:
    """A pattern for names that begin with the numbers of a loose name; matches nothing if it has none."""
    runs = _DIGITS.findall(name)
    return f"^{_NOT_DIGIT.join(runs)}({_NOT_DIGIT}|$)" if runs else "$^"


def ends_so(name: str, key: str) -> bool:
    """Whether the parts of a loose name are in this order at the end of another one: 1-101 for 1栋2单元101."""
    wanted, parts = name.split("-"), key.split("-")
    rest = iter(parts)
    return parts[-1] == wanted[-1] and all(part in rest for part in wanted)


async def homes_called(communities: Sequence[int], typed: str, *, loosely: bool = False) -> list[UUID]:
    """The homes of these estates with this name in any spelling, or the one with this id.

    With `loosely`, if there is none, homes whose name ends with these parts: for showing, never for acting on unseen.
    In the caller's unit of work.
    """
    name = loose(typed)
    rows = await fetch(
        "SELECT id, name FROM unit WHERE community = ANY($1::int[]) AND (name = $2 OR id = $3 OR name ~ $4)"
        ' ORDER BY community, sort_key COLLATE "C"',
        list(communities),
        typed.strip(),
        uuid_of(typed),
        holding(name),
    )
    keys = [(row["id"], loose(row["name"])) for row in rows]
    meant = [home for home, key in keys if home == uuid_of(typed) or key == name]
    return meant or [home for home, key in keys if loosely and name and ends_so(name, key)]
