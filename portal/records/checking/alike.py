"""One thing in two spellings is told, and never becomes two: 1栋101 and 1-101, W1 and w１."""

from __future__ import annotations

from portal.kit.i18n import N_
from portal.platform.db.unit_of_work import fetch
from portal.records.checking.known import Key, Known
from portal.records.reading.columns import FILES
from portal.records.reading.parsing import Folder, Found, folded

ROW_ALIKE = N_(
    "“%(name)s” is “%(other)s” of row %(row)s in another spelling. Write both the same, or call one of them otherwise"
    " if they are two."
)
KNOWN_ALIKE = N_(
    "“%(name)s” is “%(other)s”, which is known, in another spelling. Write it like that, or call it otherwise if it is"
    " another one."
)
# Where things get their names; the other files only refer to them.
NAMING = ("units", "people", "charge_items", "meter_readings", "service_standards")
Alike = dict[str, str]  # from a name without its spelling to the name

_SQL = {
    "units": "SELECT name FROM unit WHERE community = $1",
    "people": "SELECT external_id AS name FROM person WHERE community = $1",
}


async def alike_of(community: int, stem: str) -> Alike:
    """The names of the homes or persons of a community by what is the same of all their spellings."""
    column = FILES[stem].key[0]
    return {folded(column, row["name"]): row["name"] for row in await fetch(_SQL[stem], community)}


def check_alike(stem: str, folder: Folder, known: Known) -> None:
    """Note each row of a new thing that differs from another one by its spelling alone. A known name means itself."""
    if stem not in NAMING or stem not in folder.sheets:
        return
    names, before = FILES[stem].key, known.of(stem)
    seen: dict[Key, tuple[Key, int]] = {_without_spelling(names, key): (key, 0) for key in before}
    for row, key in folder.sheets[stem].keyed:
        if key in before:
            continue
        other, line = seen.setdefault(_without_spelling(names, key), (key, row.line))
        if other != key:
            at = next(n for n, name in enumerate(names) if other[n] != key[n])
            facts = {"name": key[at], "other": other[at], **({"row": line} if line else {})}
            folder.add(stem, row.line, names[at], ROW_ALIKE if line else KNOWN_ALIKE, **facts)


def check_buildings(folder: Folder, buildings: set[str], found: Found) -> None:
    """Note each new building that is another one in a different spelling: costs of one would not reach the other."""
    seen = {folded("building", name): (name, 0) for name in buildings if name}
    for name, line in found.buildings.items():
        if name and name not in buildings:
            other, at = seen.setdefault(folded("building", name), (name, line))
            if other != name:
                facts = {"name": name, "other": other, **({"row": at} if at else {})}
                folder.add("units", line, "building", ROW_ALIKE if at else KNOWN_ALIKE, **facts)


def _without_spelling(names: tuple[str, ...], key: Key) -> Key:
    return tuple(
        folded(name, value) if isinstance(value, str) else value for name, value in zip(names, key, strict=True)
    )
