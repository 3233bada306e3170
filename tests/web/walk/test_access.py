"""Who may come where: every route for every pair of eyes, with GET and POST, whole and as a fragment (F-60).

Marks (names, telephone numbers, homes, texts) of people who are none of one's business may stand nowhere in an
answer, and what is not yours answers as if it were not there (I-A1, I-A2, I-A7).
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import httpx
import pytest

from portal.people.principal import Audience
from tests.populated import PHONES, UNITS, World
from tests.web.walk.conftest import Eyes, Stage, changed, everything
from tests.web.walk.routes import Route, nowhere

pytestmark = pytest.mark.anyio

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# How a home is written, as forms explain it.
EXAMPLE = re.compile(r'(?:placeholder="|如 |例如 |like |example )1栋101')
# Those who are not 陈静 and have no business with her home, and those who work there.
STRANGERS = ("anyone", "李明", "赵敏", "周杰", "吴霞", "郑伟", "韩冰", "褚英")
# Whose names and homes one knows anyway.
KNOWN = {"李明": ("李明", "王芳"), "赵敏": ("赵敏", "孙强"), "孙强": ("孙强", "赵敏")}
# Of these paths everything is meant for everybody of the estate.
SHARED = ("/services/", "/statements/")


def secrets(world: World, name: str, eyes: Eyes) -> set[str]:
    """What these eyes may never see."""
    owners = set(PHONES)
    if name == "韩冰":
        seen: set[str] = {"郑伟"}
    elif eyes.who and eyes.who.audience is Audience.staff and any(eyes.who.roles.values()):
        seen = owners - {"郑伟"}
    else:
        seen = set(KNOWN.get(name, (name,)))
    hidden = owners - seen
    marks = hidden | {PHONES[one] for one in hidden}
    marks |= {unit for unit, people in UNITS.items() if not seen & set(people)}
    if name == "赵敏":
        marks.discard("1栋103")
    if name == "周杰":
        marks.discard("1栋104")
    if "陈静" not in seen:
        marks |= world.here.marks
    if "郑伟" not in seen:
        marks |= world.there.marks
    return marks


def leaks(answer: httpx.Response, marks: set[str]) -> set[str]:
    """The marks that stand in the body or in the headers."""
    kind = answer.headers.get("content-type", "")
    body = answer.text if "text" in kind or "json" in kind else answer.content.decode("utf-8", "ignore")
    told = EXAMPLE.sub("", body + unquote(" ".join(answer.headers.values())))
    return {mark for mark in marks if mark in told}


async def ask(client: httpx.AsyncClient, route: Route, address: str, stage: Stage, fragment: bool) -> httpx.Response:
    headers = FRAGMENT if fragment else {}
    if route.method == "GET":
        return await client.get(address, headers=headers)
    return await client.request(route.method, address, data=route.form(stage.world.here), headers=headers)


def allowed(route: Route, eyes: Eyes) -> set[int]:
    """The statuses that these eyes may get on a route of somebody else's object."""
    who = eyes.who
    if route.public:
        return {200, 303, 400, 403, 404, 409, 422, 429} | ({503} if route.path == "/readyz" else set())  # no worker
    if who is None:
        return {303}
    if (who.audience is Audience.staff) != (route.door == "staff"):
        return {403}
    if route.door == "committee" and not who.committees:
        return {403}
    if any(roles and not who.with_role(*roles) for roles in route.roles):
        return {403}
    if not route.parameters:
        return {200, 303, 400, 403, 404, 409, 422}
    if route.path.removeprefix("/desk").startswith(SHARED):
        return {200, 404}
    return {403, 404, 422}


def test_every_parameter_of_every_path_has_a_source(stage: Stage) -> None:
    known = stage.world.here.ids
    unlisted = {key for route in stage.routes for key, _kind in route.parameters if not known.get(key)}
    assert not unlisted, f"give these a source in tests/populated.py: {sorted(unlisted)}"


@pytest.mark.parametrize(("name", "marks"), [("陈静", "诉难"), ("沈平", "诉难单正")])
async def test_the_marks_are_there_for_those_who_may_see_them(stage: Stage, name: str, marks: str) -> None:
    """Else nothing below would show anything."""
    said = ""
    for route in stage.routes:
        if route.method == "GET":
            said += (await stage[name].get(route.address(stage.world.here.ids))).text
    assert all(f"甲{mark}" in said for mark in marks)
    assert "陈静" in said


@pytest.mark.parametrize("fragment", [False, True], ids=["whole", "fragment"])
@pytest.mark.parametrize("name", STRANGERS)
async def test_nobody_reaches_what_is_not_theirs(stage: Stage, name: str, fragment: bool) -> None:
    eyes, before, wrong = stage.eyes[name], await everything(), []
    marks = secrets(stage.world, name, eyes)
    for route in stage.routes:
        if route.name in ("signin:out", "settings:revoke-others", "settings:save") or "language" in route.path:
            continue  # they do what they say to one's own session and tastes
        address = route.address(stage.world.here.ids)
        answer = await ask(eyes.client, route, address, stage, fragment)
        status = 303 if "HX-Redirect" in answer.headers else answer.status_code
        where = f"{route.method} {route.path}: {status}"
        if status not in allowed(route, eyes):
            wrong.append(f"{where}, not one of {sorted(allowed(route, eyes))}")
        if found := leaks(answer, marks):
            wrong.append(f"{where} tells {sorted(found)}")
    assert not wrong, "\n".join(["", *wrong])
    own = ("notice", "delivery", "one_time_code")  # a code to step up goes to oneself
    assert not [t for t in changed(before, await everything()) if t not in own]


@pytest.mark.parametrize("name", ["李明", "韩冰"])
async def test_what_is_anothers_answers_as_what_is_not_there(stage: Stage, name: str) -> None:
    eyes, wrong = stage.eyes[name], []
    here = stage.world.here.ids
    for route in stage.routes:
        if not route.parameters or route.public or route.path.startswith(SHARED):
            continue
        theirs = await ask(eyes.client, route, route.address(here), stage, False)
        nothing = await ask(eyes.client, route, route.address(nowhere(here)), stage, False)
        if theirs.status_code != nothing.status_code or _plain(theirs) != _plain(nothing):
            wrong.append(f"{route.method} {route.path}: {theirs.status_code}, {nothing.status_code}")
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.parametrize("name", ["陈静", "王芳", "孙强", "冯丽", "蒋涛", "沈平", "卫兰"])
async def test_who_belongs_here_never_sees_the_other_estate_or_a_neighbour(stage: Stage, name: str) -> None:
    eyes, wrong = stage.eyes[name], []
    marks = secrets(stage.world, name, eyes) if name != "王芳" else secrets(stage.world, "李明", eyes)
    for route in stage.routes:
        if route.method == "GET":
            answer = await eyes.client.get(route.address(stage.world.here.ids))
            if found := leaks(answer, marks):
                wrong.append(f"{route.path}: {answer.status_code} tells {sorted(found)}")
            if answer.status_code >= 500 and route.path != "/readyz":  # no worker runs here
                wrong.append(f"{route.path}: {answer.status_code}")
    assert not wrong, "\n".join(["", *wrong])


def _plain(answer: httpx.Response) -> str:
    return UUIDS.sub("…", answer.text)
