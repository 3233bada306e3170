"""The tables of addresses: who may knock, what is read, what it is for."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from litestar import Litestar

from portal.people.persons.permissions import May, Role, allows
from portal.platform.process.settings import Settings
from portal.run.app import PAGES, create_app
from portal.web.pages.guards import of_one_estate, stepped_up
from tests.interface.fields import Field, fields_of, written_as
from tests.interface.text import table
from tests.web.walk.routes import Route, routes_of

# What a reader looks for, in this order; the areas are the folders of portal/ that have pages.
AREAS = {
    "signin": "Getting in",
    "overview": "First pages, messages, settings, reports",
    "homes": "Homes and their people",
    "fees": "Bills and prices",
    "money": "Payments and corrections",
    "care": "Disputes, instalments, service work",
    "arrears": "Cases and the ladder",
    "collection": "Calls, visits, letters, claims, late charges",
    "accounts": "Statements, disclosures, the committee",
    "records": "Imports and changes of owners",
    "web": "Parts of every page",
    "run": "For monitoring",
}
DOORS = {"public": "Everybody", "owner": "Owners", "committee": "Members of a committee", "staff": "The desk"}
NUMBERED = re.compile(r"(\w+)_(\d)")


@dataclass(frozen=True)
class Line:
    """One address with one method, as a row of a table."""

    route: Route

    @cached_property
    def area(self) -> str:
        """The folder of portal/ it lives in."""
        return written_as(self.route.handler).__module__.split(".")[1]

    @property
    def file(self) -> str:
        """Where its handler stands."""
        return written_as(self.route.handler).__module__.replace(".", "/") + ".py"

    @property
    def path(self) -> str:
        """Without the types of its places."""
        return re.sub(r":[a-z]+}", "}", self.route.path)

    @property
    def place(self) -> tuple[int, int, str, str]:
        """Where it stands in the source, so that a table reads like the pages' own order."""
        handle = written_as(self.route.handler)
        module = handle.__module__.removeprefix("portal.")
        number = PAGES.index(module) if module in PAGES else len(PAGES)
        return number, handle.__code__.co_firstlineno, self.path, self.route.method

    @property
    def who(self) -> str:
        """The roles of which one is needed, and what is asked besides."""
        guards = self.route.handler.resolve_guards()
        besides = [words for guard, words in ((of_one_estate, "one estate"), (stepped_up, "proof")) if guard in guards]
        return "; ".join([_roles(self.route.asks), *besides])

    @cached_property
    def fields(self) -> list[Field]:
        """What it reads from its address or its form."""
        return fields_of(self.route.handler)

    def row(self, with_who: bool) -> list[str]:
        """Its cells."""
        read = ", ".join(self._shown(field) for field in folded(self.fields))
        cells = [f"`{self.route.method} {self.path}`", self.about, read, *([self.who] if with_who else [])]
        return [*cells, f"`{self.route.name}`"]

    @property
    def about(self) -> str:
        """What it is for."""
        proof = stepped_up in self.route.handler.resolve_guards() and self.route.door != "staff"
        return (said(written_as(self.route.handler)) or FILES[self.route.name]) + (
            " Needs a fresh proof." if proof else ""
        )

    def _shown(self, field: Field) -> str:
        """A field as the table has it: in the address with `?`, in brackets if it may be left out."""
        kind = " (files)" if field.files else " (repeated)" if field.repeated else ""
        if self.route.method == "GET":
            return f"`?{field.name}`{kind}"
        return f"`{field.name}`{kind}" if field.required else f"[`{field.name}`]{kind}"


# What has no docstring of its own: the files of every page.
FILES = {
    "static": "A file for the browser; `v` is its fingerprint, and then it may be kept for ever.",
    "worker-script": "The service worker: shows what is pushed, keeps nothing.",
    "icon": "The icon.",
}


def said(handle: Callable[..., Any]) -> str:
    """What a function is for, in the first words of its docstring; empty without one."""
    return " ".join((inspect.getdoc(handle) or "").split("\n\n")[0].split())


def application() -> Litestar:
    """The whole product; nothing here needs a database."""
    return create_app(Settings("test", Path("var"), "http://127.0.0.1:8000", "s" * 40))


def lines() -> list[Line]:
    """Every address, in the order of the source."""
    return sorted((Line(route) for route in routes_of(application())), key=lambda line: line.place)


def addresses(found: list[Line]) -> Iterator[str]:
    """A chapter for each area, with a table for each kind of people."""
    for area, title in AREAS.items():
        yield f"### {title}\n"
        for door, people in DOORS.items():
            rows = [line.row(door in ("staff",)) for line in found if (line.area, line.route.door) == (area, door)]
            heads = ["address", "what it is for", "fields", *(["who"] if door == "staff" else []), "name"]
            yield from table([people, *heads[1:]], rows)


def places(found: list[Line]) -> Iterator[str]:
    """Which file answers, by the first part of the name."""
    where: dict[str, list[str]] = {}
    for line in found:
        where.setdefault(line.route.name.partition(":")[0], []).append(line.file)
    rows = [
        [f"`{name}`", ", ".join(f"`{file}`" for file in dict.fromkeys(files))] for name, files in sorted(where.items())
    ]
    yield from table(["name", "file"], rows)


def fixed(found: list[Line]) -> Iterator[str]:
    """The fields that hold one of a few words, with the words and the addresses."""
    where: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for line in found:
        for field in folded(line.fields):
            if field.values:
                where.setdefault((field.name, field.values), []).append(line.path)
    rows = [
        [f"`{name}`", ", ".join(values), "<br>".join(f"`{path}`" for path in dict.fromkeys(paths))]
        for (name, values), paths in sorted(where.items())
    ]
    yield from table(["field", "one of", "at"], rows)


def _roles(asked: Iterable[May]) -> str:
    """Whose role lets them do all of it; `admin` counts as every role here, and is not named."""
    others = [role for role in Role if role is not Role.admin]
    may = [role for role in others if all(allows(frozenset({role}), what) for what in asked)]
    return ", ".join(may) if may != others else "any role"


def folded(fields: list[Field]) -> Iterator[Field]:
    """The fields with those that are numbered as one: `name_1…4`."""
    last = {found[1]: found[2] for field in fields if (found := NUMBERED.fullmatch(field.name))}
    for field in fields:
        found = NUMBERED.fullmatch(field.name)
        if found is None:
            yield field
        elif found[2] == "1":
            yield replace(field, name=f"{field.name}…{last[found[1]]}")
