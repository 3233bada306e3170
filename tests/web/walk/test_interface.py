"""What pages show is what docs/interface.md says of them: the words of states, and the fields of forms."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest

from tests.interface.attributes import FACTS, INNER, THINGS
from tests.interface.fields import fields_of
from tests.web.walk.conftest import Stage
from tests.web.walk.reading import TYPED, Reading
from tests.web.walk.routes import Map

pytestmark = pytest.mark.anyio

EVERYWHERE = {"_once", "_whose", "estate"}  # a hidden field of every form, or of every one of the desk


@pytest.fixture(scope="module")
async def pages(stage: Stage) -> list[Reading]:
    """Every page of every home that its owner or the manager can open."""
    found = []
    for name, door in (("陈静", "owner"), ("沈平", "staff")):
        for route in stage.routes:
            if route.method == "GET" and route.door in (door, "public"):
                for address in dict.fromkeys(route.address(home.ids) for home in stage.world.homes):
                    answer = await stage[name].get(address)
                    if answer.status_code == 200 and "text/html" in answer.headers.get("content-type", ""):
                        found.append(Reading(address, answer.text))
    return found


def wrong_words(element: Element) -> Iterator[str]:
    """The attributes of an element that the page knows otherwise or not at all."""
    of = next((name for name in THINGS if name in element.attrib), None)
    of = of or next((f"id={mark}" for mark in marks(element) if f"id={mark}" in THINGS), None)
    for name, value in element.attrib.items():
        if not isinstance(name, str) or not name.startswith("data-") or name in INNER:
            continue
        if name == "data-state":
            words = THINGS[of].values if of else ()
        elif name in THINGS:
            continue
        else:
            words = FACTS[name].allowed
        if (words or name == "data-state") and value not in ("", *words):
            yield f"{of} {name}={value}"


def marks(element: Element) -> Iterator[str]:
    """The `id` as it stands, and without the id of a row behind it."""
    mark = element.get("id") or ""
    yield from (mark, f"{mark.partition('-')[0]}-…")


async def test_every_state_and_every_word_on_a_page_is_one_that_the_document_names(pages: list[Reading]) -> None:
    elements = [(page, element) for page in pages for element in page.tree.iter() if isinstance(element.tag, str)]
    shown = {name for _page, element in elements for name in element.attrib if name in THINGS or name in FACTS}
    assert len(shown) > 25, shown
    wrong = {f"{page.address}: {words}" for page, element in elements for words in wrong_words(element)}
    assert not wrong, "\n".join(["", *sorted(wrong)])


async def test_every_field_of_a_form_is_one_that_the_document_names(stage: Stage, pages: list[Reading]) -> None:
    """So a handler that reads a field in a way that is not found is noticed here."""
    known, wrong, seen = Map(stage.app), set(), set()
    for page in pages:
        for form in page.tree.iter("form"):
            method = form.get("method", "get").upper()
            route = known.at(form.get("action") or page.address, method)
            assert route, f"{page.address} has a form that leads nowhere"
            read = {field.name for field in fields_of(route.handler)} | EVERYWHERE
            there = {field.get("name") or "" for field in form.iter() if field.tag in TYPED | {"button"}} - {""}
            seen.add(route.name)
            wrong |= {f"{method} {route.path} is sent {name}" for name in there - read}
    assert len(seen) > 40, sorted(seen)
    assert not wrong, "\n".join(["", *sorted(wrong)])
