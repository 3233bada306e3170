"""Whoever has to do with two estates reads, wherever a home stands, which of them it is in."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest

from portal.people.persons.permissions import Role
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from tests.populated import Home, signed_in
from tests.web.walk.conftest import Eyes, Stage, _client
from tests.web.walk.reading import Reading, _text

pytestmark = pytest.mark.anyio

ROWS = ("tr", "li", "article", "section", "main")


async def of_both(stage: Stage) -> tuple[Eyes, Eyes]:
    """A manager who works in both estates, and an owner who has a home in each."""
    here, there = stage.world.here, stage.world.there
    manager, owner = stage.world.people["沈平"], here.who
    roles = [role.value for role in Role]
    async with unit_of_work(EVERYWHERE):
        await fetch(
            "INSERT INTO staff (id, community, human, name, roles, department)"
            " VALUES (gen_random_uuid(), $1, $2, '沈平', $3, '客服部')",
            there.estate.community,
            manager.human,
            roles,
        )
        await fetch("UPDATE staff SET roles = $2 WHERE human = $1", manager.human, roles)
        await fetch("UPDATE person SET human = $2 WHERE id = $1", there.who.persons[0], owner.human)
    found = []
    for who in (manager, owner):
        token, known = await signed_in(who)
        assert len(known.communities) == 2
        found.append(Eyes(_client(stage.app, token), known))
    return found[0], found[1]


def unplaced(page: Reading, home: Home, estate: str) -> Iterator[str]:
    """The rows of a page in which a home is named and its estate is not."""
    parents = {child: parent for parent in page.tree.iter() for child in parent}

    def row_of(element: Element) -> Element:
        while element.tag not in ROWS and element in parents:
            element = parents[element]
        return element

    for element in page.tree.iter():
        if isinstance(element.tag, str) and home.unit_name in ((element.text or "") + (element.tail or "")):
            named = element if home.unit_name in (element.text or "") else parents[element]
            row = row_of(named)
            if row.tag in ROWS and estate not in _text(row):
                yield " ".join(_text(row).split())[:120]


async def test_each_row_about_a_home_names_its_estate(stage: Stage) -> None:
    names = [(stage.world.here, "明溪花园"), (stage.world.there, "东湖小筑")]
    wrong, seen = [], {home.unit_name: 0 for home, _name in names}
    for eyes, door in zip(await of_both(stage), ("staff", "owner"), strict=True):
        async with eyes.client as client:
            for route in stage.routes:
                if route.method != "GET" or route.door != door:
                    continue
                for address in dict.fromkeys(route.address(home.ids) for home, _name in names):
                    answer = await client.get(address)
                    if answer.status_code != 200 or "text/html" not in answer.headers.get("content-type", ""):
                        continue
                    page = Reading(address, answer.text)
                    for home, estate in names:
                        seen[home.unit_name] += answer.text.count(home.unit_name)
                        wrong += [f"{door} {route.path}: {row}" for row in unplaced(page, home, estate)]
    assert all(count > 50 for count in seen.values()), seen
    assert not wrong, "\n".join(["", *sorted(set(wrong))])


async def test_the_desks_menu_keeps_the_estate_that_was_chosen(stage: Stage) -> None:
    manager = stage.eyes["沈平"]
    forgotten = []
    for path in ("/desk", "/desk/bills", "/desk/units", "/desk/audit", "/desk/disputes"):
        answer = await manager.client.get(f"{path}?estate=mingxi")
        assert answer.status_code == 200
        links = {link.address for link in Reading(path, answer.text).links if link.method == "GET"}
        leads = {link for link in links if link.startswith("/desk") and "estate=mingxi" not in link}
        # Its own link to another estate; the way to its own middle; the search, which carries it in its form.
        leads -= {path, f"{path}#main", "/desk/search"}
        forgotten += [f"{path} → {link}" for link in sorted(leads)]
        assert '<input type="hidden" name="estate" value="mingxi">' in answer.text.split('role="search"')[1]
    assert not forgotten, "\n".join(["", *forgotten])
