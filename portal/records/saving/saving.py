"""Save the changes of a file in bulk. Nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from portal.care.standards.actions import Promise, keep_promises
from portal.kit import clock
from portal.kit.text import sort_key
from portal.platform.db.unit_of_work import fetch, fetch_one
from portal.records.checking.queries import Cells, Change

Names = dict[str, dict[str, UUID]]  # stem -> name in the files -> id

REFERS_TO = {"unit": "units", "person": "people", "item": "charge_items"}


@dataclass(frozen=True)
class Target:
    """Where a file's rows go: for each column its column and type in the table. `more` adds columns of ours."""

    table: str
    columns: dict[str, tuple[str, str]]
    more: dict[str, tuple[str, Callable[[Cells], Any]]] = field(default_factory=dict)


_DAYS = {"from": ("starts_on", "date"), "to": ("ends_on", "date")}
_UNIT, _PERSON, _ITEM = {"unit": ("unit", "uuid")}, {"person": ("person", "uuid")}, {"item": ("item", "uuid")}


def _same(kind: str, *names: str) -> dict[str, tuple[str, str]]:
    return {name: (name, kind) for name in names}


TARGETS = {
    "units": Target(
        "unit",
        {"unit": ("name", "text")}
        | _same("text", "building", "stairwell", "floor", "use", "occupancy")
        | {"billable_area": ("billable_area", "numeric"), "handed_over_on": ("handed_over_on", "date")},
        {"sort_key": ("text", lambda cells: sort_key(cells["unit"]))},
    ),
    "people": Target(
        "person", {"person": ("external_id", "text")} | _same("text", "name", "phone", "email", "language")
    ),
    "occupancies": Target(
        "occupancy", {**_UNIT, **_PERSON, "role": ("role", "text"), "share": ("share", "numeric"), **_DAYS}
    ),
    "committee": Target(
        "committee_post", {**_PERSON, "post": ("post", "text"), "votes": ("votes", "boolean"), **_DAYS}
    ),
    "charge_items": Target(
        "charge_item",
        {"item": ("code", "text"), **_same("text", "name_zh", "name_en", "kind", "voucher")}
        | {"tax_rate": ("tax_rate", "numeric")},
    ),
    "tariffs": Target(
        "tariff",
        {**_ITEM, **_same("text", "use", "formula", "per", "timing", "proration", "rounding", "source"), **_DAYS}
        | {**_same("numeric", "rate", "vacancy_rate"), "cycle_months": ("cycle_months", "smallint")},
    ),
    "unit_charges": Target(
        "unit_charge", {**_UNIT, **_ITEM, "quantity": ("quantity", "numeric"), **_DAYS, **_same("text", "reason")}
    ),
    "meter_readings": Target(
        "meter_reading",
        {**_UNIT, **_ITEM, **_same("text", "meter", "period", "reason"), **_same("numeric", "previous", "current")},
    ),
    "shared_costs": Target(
        "shared_cost", {**_ITEM, **_same("text", "period", "scope", "reason"), "amount": ("amount", "bigint")}
    ),
}


async def save(stem: str, community: int, changes: Sequence[Change], names: Names) -> None:
    """Insert what is new and update what changed; `names` gives the ids of what the rows refer to."""
    target = TARGETS[stem]
    created = [change.new for change in changes if change.old is None]
    updated = [change for change in changes if change.old is not None and not change.same]
    columns = [name for name, _ in target.columns.values()] + list(target.more)
    types = [kind for _, kind in target.columns.values()] + [kind for kind, _ in target.more.values()]
    if created:
        rows = [_values(target, cells, names) for cells in created]
        await fetch(_insert(target.table, columns, types), community, *_by_column(rows))
    if updated:
        rows = [[change.old["id"], *_values(target, change.new, names)] for change in updated]  # type: ignore[index]
        await fetch(_update(target.table, columns, types), community, *_by_column(rows))


# Only names of this file's own constants reach the text of these statements.
def _insert(table: str, columns: list[str], types: list[str]) -> str:
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(types, start=2))
    return (
        f"INSERT INTO {table} (id, community, {', '.join(columns)})"
        f" SELECT gen_random_uuid(), $1, * FROM unnest({arrays})"
    )


def _update(table: str, columns: list[str], types: list[str]) -> str:
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(types, start=3))
    sets = ", ".join(f"{name} = v.{name}" for name in columns)
    return (
        f"UPDATE {table} t SET {sets} FROM unnest($2::uuid[], {arrays}) AS v(id, {', '.join(columns)})"
        " WHERE t.id = v.id AND t.community = $1"
    )


def _values(target: Target, cells: Cells, names: Names) -> list[Any]:
    result = [
        names[REFERS_TO[name]][cells[name]] if kind == "uuid" else cells[name]
        for name, (_, kind) in target.columns.items()
    ]
    return result + [made(cells) for _, made in target.more.values()]


def _by_column(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def names_of(community: int, *, units: Iterable[str] = (), persons: Iterable[str] = ()) -> Names:
    """The ids of these units and persons, and of all charge items, by their names in the files."""
    sql = {
        "units": "SELECT name, id FROM unit WHERE community = $1 AND name = ANY($2)",
        "people": "SELECT external_id AS name, id FROM person WHERE community = $1 AND external_id = ANY($2)",
        "charge_items": "SELECT code AS name, id FROM charge_item WHERE community = $1 AND $2::text[] IS NULL",
    }
    wanted = {"units": list(units), "people": list(persons), "charge_items": None}
    return {
        stem: {row["name"]: row["id"] for row in await fetch(text, community, wanted[stem])}
        for stem, text in sql.items()
    }


async def save_promises(community: int, changes: Sequence[Change]) -> None:
    """Keep what is new and what changed; a changed promise begins today in the estate's zone."""
    estate = await fetch_one("SELECT jurisdiction, timezone FROM community WHERE id = $1", community)
    assert estate is not None, "the estate is saved before what it promises"
    promises = [_promise(change) for change in changes if not change.same]
    await keep_promises(community, promises, jurisdiction=estate["jurisdiction"], on=clock.today(estate["timezone"]))


def _promise(change: Change) -> Promise:
    old = change.old
    return Promise(**change.new, replaces=(old["id"], old["starts_on"], old["version"]) if old else None)
