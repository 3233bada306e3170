"""An auditor reads the desk and writes nothing: every page and every form, as somebody with that role alone."""

from __future__ import annotations

import pytest

from portal.people.persons.permissions import Role
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests.client import browser
from tests.populated import PHONES
from tests.web.walk.asking import ask
from tests.web.walk.conftest import Stage, everything
from tests.web.walk.reading import Reading
from tests.web.walk.routes import Route
from tests.web.walk.told import told

pytestmark = pytest.mark.anyio
AUDITOR = "顾衡"
# Whoever may not press a button proves themselves all the same, with the code of their own app.
THEIR_OWN = "desk.step-up:enter"
REFUSED = (403, 404, 409, 422)
BEGINS_ANEW = "desk.phones:enter"  # nobody asked for this code, so that one is sent back to the start
EVERYBODYS_FORMS = {"/sign-out", "/text-size", "/language"}


def desk(stage: Stage, method: str) -> list[Route]:
    """The routes behind the staff door."""
    return [route for route in stage.routes if route.door == "staff" and route.method == method]


def test_whatever_writes_asks_for_more_than_reading(stage: Stage) -> None:
    """Also of a route that is new: a form that whoever reads may send would be the auditor's, too."""
    posts = desk(stage, "POST")
    assert len(posts) > 60
    assert {r.name for r in posts if all(one.startswith("read_") for one in r.asks)} == {THEIR_OWN}
    assert not [r for r in stage.routes if r.door == "staff" and r.method not in ("GET", "POST")]


async def test_an_auditor_reads_every_list_and_page_and_no_secret(stage: Stage) -> None:
    who, read, wrong = stage.eyes[AUDITOR].who, 0, []
    assert who and who.roles == {stage.world.here.estate.community: frozenset({Role.auditor})}
    hidden = {*PHONES.values(), "手头紧"}
    for route in desk(stage, "GET"):
        for address in dict.fromkeys(one for home in stage.world.homes for one in route.addresses(home.ids)):
            answer = await stage[AUDITOR].get(address)
            read += answer.status_code == 200
            shut = answer.status_code == 403
            if shut != (not all(who.where(what) for what in route.asks)) or answer.status_code >= 500:
                wrong.append(f"{address}: {answer.status_code}")
            if found := {one for one in hidden if one in told(answer)}:
                wrong.append(f"{address} tells {found}")
            if "text/html" in answer.headers.get("content-type", "") and not shut:
                forms = Reading(address, answer.text).tree.iter("form")
                sent = {form.get("action") for form in forms if form.get("method") == "post"} - EVERYBODYS_FORMS
                wrong += [f"{address} offers {one}" for one in sent if one != "/desk/step-up"]
    assert not wrong, "\n".join(["", *wrong])
    assert read > 100


async def test_an_auditor_reads_the_audit_trail_and_the_figures_as_a_manager_does(stage: Stage) -> None:
    for address in ("/desk/audit", "/desk/staff", "/desk/reports/file?report=collection&kind=csv"):
        one, other = await stage[AUDITOR].get(address), await stage["沈平"].get(address)
        assert one.status_code == other.status_code == 200, address
        assert one.text.count("<tr") == other.text.count("<tr"), address
    assert one.content == other.content


@pytest.mark.parametrize("fragment", [False, True], ids=["whole", "fragment"])
async def test_an_auditor_is_refused_whatever_they_send(stage: Stage, fragment: bool) -> None:
    before, wrong = await everything(), []
    for route in desk(stage, "POST"):
        if route.name != THEIR_OWN:
            here = stage.world.here
            answer = await ask(stage[AUDITOR], route, route.address(here.ids), here, fragment)
            wrong += [f"{route.path}: {answer.status_code}"] if answer.status_code != 403 else []
    assert not wrong, "\n".join(["", *wrong])
    assert await everything() == before


async def test_a_manager_elsewhere_who_is_an_auditor_here_writes_nothing_here(stage: Stage, settings: Settings) -> None:
    """The door lets a manager in; the query or the action must ask in which estate they are one."""
    here, manager = stage.world.here, stage.world.people["韩冰"]
    async with unit_of_work(here.estate.community):
        await fetch(
            "INSERT INTO staff (id, community, human, name, roles) VALUES (gen_random_uuid(), $1, $2, $3, $4)",
            here.estate.community,
            manager.human,
            manager.name,
            [Role.auditor.value],
        )
    before, wrong = await everything(), []
    async with browser(settings, manager, stepped_up=True) as client:
        for route in desk(stage, "POST"):
            if route.name != THEIR_OWN:
                answer = await ask(client, route, route.address(here.ids), here)
                if answer.status_code not in REFUSED and (route.name, answer.status_code) != (BEGINS_ANEW, 303):
                    wrong.append(f"{route.path}: {answer.status_code}")
    assert not wrong, "\n".join(["", *wrong])
    assert await everything() == before
