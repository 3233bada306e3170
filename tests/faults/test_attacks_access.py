"""Who may come where: every route for every pair of eyes, with GET and POST, whole and as a fragment (F-60).

Marks (names, telephone numbers, homes, texts) of people who are none of one's business may stand nowhere in an
answer, not even inside of a file, nor in a message; and what is not yours answers as if it were not there (I-A1, I-A2,
I-A7).
"""

from __future__ import annotations

import random
import re
from collections import Counter

import httpx
import pytest

from portal.kit.facts import from_json
from portal.people.notices.states import NoticeKind
from portal.people.notices.words import word
from portal.people.persons.principal import Audience
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from tests.faults.counts import SEED, note, times
from tests.populated import PHONES, UNITS, World
from tests.web.walk.asking import ask
from tests.web.walk.conftest import Eyes, Stage, changed, everything
from tests.web.walk.routes import UUIDS, Route, nowhere
from tests.web.walk.told import told

pytestmark = pytest.mark.anyio

# How a home is written, as forms explain it.
EXAMPLE = re.compile(r'(?:placeholder="|如 |例如 |like |example )1栋101')
# Whom each of these has no business with: by default 陈静's home; who sold a home, the one that was sold; and a tenant,
# what is the landlord's.
STRANGERS = {
    "anyone": "here", "李明": "here", "赵敏": "let", "周杰": "sold", "吴霞": "here", "郑伟": "here", "韩冰": "here",
    "褚英": "here",
}  # fmt: skip
# Whose names and homes one knows anyway.
KNOWN = {"李明": ("李明", "王芳"), "王芳": ("李明", "王芳"), "赵敏": ("赵敏", "孙强"), "孙强": ("孙强", "赵敏")}
# The tenants whom the owners have bound, who know their landlord.
KNOWN |= {"甲客": ("甲客", "陈静"), "乙客": ("乙客", "郑伟"), "丙客": ("丙客", "吴霞"), "丁客": ("丁客", "孙强")}
# Who shares a home from next March and knows whose it is.
KNOWN |= {"甲偶": ("陈静",), "乙偶": ("郑伟",), "丙偶": ("吴霞",), "丁偶": ("孙强",)}
# Of these paths everything is meant for everybody of the estate.
SHARED = ("/services/", "/statements/", "/questions/", "/disclosures/")
ELSEWHERE = ("郑伟", "韩冰")
# What is the same in every estate: an empty file with the names of its columns.
FOR_EVERY_DESK = "desk.imports:template"
# What everybody of the estate may do with what everybody of it reads.
FOR_ALL = ("services:rate", "statements:ask")
# What a tenant sees of the home they rent: its bills. The papers about them are the landlord's.
RENTED = ("bills:show", "bills:line", "payments:of_bill")
# They do what they say to one's own session and tastes.
ONES_OWN = ("signin:out", "settings:revoke-others", "settings:save", "inbox:choose", "web:language", "web:text-size")


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
    marks -= {"周杰": {"1栋104"}}.get(name, set())
    for home in world.homes:
        if home.name not in seen or name == "赵敏":
            marks |= home.marks
        if name in home.marks:  # whoever is bound to a home knows which it is, and whose
            marks -= {name, home.name, home.unit_name}
    return marks


def leaks(answer: httpx.Response, marks: set[str]) -> set[str]:
    """The marks that stand in the body, inside of a file, or in the headers."""
    said = EXAMPLE.sub("", told(answer))
    return {mark for mark in marks if mark in said}


def allowed(route: Route, name: str, eyes: Eyes) -> set[int]:
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
    if not all(who.where(what) for what in route.asks):
        return {403}
    if not route.parameters or route.name == FOR_EVERY_DESK:
        return {200, 303, 400, 403, 404, 409, 422}
    if route.path.removeprefix("/desk").startswith(SHARED):
        return {404} if name in ELSEWHERE else {200, 404}
    if name == "赵敏" and route.name in RENTED:
        return {200}
    if route.path.endswith("/phone/code"):  # nobody asked for this code, so that one begins at the start
        return {303, 403, 404}
    return {403, 404, 422}


def test_every_parameter_of_every_path_has_a_source(stage: Stage) -> None:
    known = stage.world.here.ids
    unlisted = {key for route in stage.routes for key, _kind in route.parameters if not known.get(key)}
    assert not unlisted, f"give these a source in tests/populated.py: {sorted(unlisted)}"


@pytest.mark.parametrize(("name", "marks"), [("陈静", "诉难"), ("沈平", "诉难单正")])
async def test_the_marks_are_there_for_those_who_may_see_them(stage: Stage, name: str, marks: str) -> None:
    """Else nothing below would show anything."""
    said, files = "", ""
    for route in stage.routes:
        if route.method == "GET":
            for address in route.addresses(stage.world.here.ids):
                answer = await stage[name].get(address)
                said += told(answer)
                files += told(answer) if answer.content.startswith(b"%PDF-") else ""
    assert all(f"甲{mark}" in said for mark in marks)
    assert "陈静" in said
    assert {mark for mark in ("陈静", "1栋101", "甲单") if mark in files} == {"陈静", "1栋101", "甲单"}


@pytest.mark.parametrize("fragment", [False, True], ids=["whole", "fragment"])
@pytest.mark.parametrize("name", STRANGERS)
async def test_nobody_reaches_what_is_not_theirs(stage: Stage, name: str, fragment: bool) -> None:
    eyes, home, before, wrong = stage.eyes[name], getattr(stage.world, STRANGERS[name]), await everything(), []
    marks = secrets(stage.world, name, eyes)
    for route in stage.routes:
        if route.name in ONES_OWN or (name == "赵敏" and route.name == "payments:start"):  # a tenant may pay
            continue
        if route.name in FOR_ALL and name not in (*ELSEWHERE, "anyone"):
            continue
        if route.door == "committee" and eyes.who and eyes.who.committees:  # what their own committee decides
            continue
        for address in route.addresses(home.ids):
            answer = await ask(eyes.client, route, address, home, fragment)
            status = 303 if "HX-Redirect" in answer.headers else answer.status_code
            where = f"{route.method} {address}: {status}"
            if status not in allowed(route, name, eyes):
                wrong.append(f"{where}, not one of {sorted(allowed(route, name, eyes))}")
            if found := leaks(answer, marks):
                wrong.append(f"{where} tells {sorted(found)}")
    note("F-60", len(stage.routes), who=name, way="fragment" if fragment else "whole", wrong=len(wrong))
    assert not wrong, "\n".join(["", *wrong])
    own = ("notice", "delivery", "one_time_code")  # a code to step up goes to oneself
    assert not [t for t in changed(before, await everything()) if t not in own]


@pytest.mark.parametrize("name", ["冯丽", "蒋涛", "卫兰", "褚英", "顾衡"])
async def test_staff_without_the_role_are_turned_away(stage: Stage, name: str) -> None:
    eyes, wrong, closed = stage.eyes[name], [], 0
    assert eyes.who
    for route in stage.routes:
        if not all(eyes.who.where(what) for what in route.asks):
            for fragment in (False, True):
                address = route.address(stage.world.here.ids)
                answer = await ask(eyes.client, route, address, stage.world.here, fragment)
                closed += 1
                if answer.status_code != 403:
                    wrong.append(f"{route.method} {route.path}: {answer.status_code}")
    assert not wrong, "\n".join(["", *wrong])
    assert closed


@pytest.mark.parametrize("name", [name for name in STRANGERS if name != "anyone"])
async def test_what_is_anothers_answers_as_what_is_not_there(stage: Stage, name: str) -> None:
    eyes, wrong = stage.eyes[name], []
    home = stage.world.here
    for route in stage.routes:
        if (
            not route.parameters
            or route.name == FOR_EVERY_DESK
            or route.public
            or route.path.removeprefix("/desk").startswith(SHARED)
        ):
            continue
        if route.door == "committee" and eyes.who and eyes.who.committees:
            continue
        for address, other in zip(route.addresses(home.ids), route.addresses(nowhere(home.ids)), strict=True):
            theirs = await ask(eyes.client, route, address, home)
            nothing = await ask(eyes.client, route, other, home)
            if theirs.status_code != nothing.status_code or _plain(theirs) != _plain(nothing):
                wrong.append(f"{route.method} {address}: {theirs.status_code}, {nothing.status_code}")
    assert not wrong, "\n".join(["", *wrong])


async def test_a_long_crawl_with_everybodys_ids_in_every_place_tells_nobody_anything(stage: Stage) -> None:
    """Ids of all four homes, mixed, in paths, queries and forms, by everybody at random."""
    dice, tries, wrong, seen = random.Random(SEED), times(sample=150, landing=5000), [], Counter[int]()
    routes = [route for route in stage.routes if route.name not in ONES_OWN and not route.name.startswith("settings:")]
    names = [*STRANGERS, "陈静", "王芳", "孙强", "冯丽", "蒋涛", "卫兰", "沈平"]
    marks = {name: secrets(stage.world, name, stage.eyes[name]) for name in names}
    for number in range(tries):
        name, route, home = dice.choice(names), dice.choice(routes), dice.choice(stage.world.homes)
        ids = {key: dice.choice(stage.world.homes).ids[key] for key in home.ids}
        asked = dice.sample(["bill", "line", "unit", "service", "case", "plan"], dice.choice([0, 0, 1, 2]))
        asked_ids = [(key, str(ids.get(f"{key}s.{key}", ids["bills.line"]))) for key in asked]
        address = str(httpx.URL(dice.choice(route.addresses(ids)), params=asked_ids)) if asked else None
        answer = await ask(
            stage[name], route, address or dice.choice(route.addresses(ids)), dice.choice(stage.world.homes),
            dice.random() < 0.5,
        )  # fmt: skip
        seen[answer.status_code] += 1
        if found := leaks(answer, marks[name]):
            wrong.append(f"#{number} {name} {route.method} {answer.url}: {answer.status_code} tells {sorted(found)}")
    note("F-60", tries, way="crawl", answers=dict(sorted(seen.items())), wrong=len(wrong))
    assert not wrong, "\n".join([f"seed {SEED}", *wrong])
    assert {200, 303, 403, 404} <= seen.keys()


async def test_no_message_tells_of_anybody_else(stage: Stage) -> None:
    """Whatever was queued for somebody, by inbox, SMS and mail, in both languages."""
    async with unit_of_work(EVERYWHERE):
        rows = await fetch(
            "SELECT p.name, n.kind, n.facts::text AS facts, n.link FROM notice n JOIN person p ON p.id = n.person"
        )
    assert len({row["kind"] for row in rows}) > 2
    for row in rows:
        marks = secrets(stage.world, row["name"], stage.eyes.get(row["name"], stage.eyes["anyone"]))
        for tongue in ("zh-CN", "en"):
            words = word(NoticeKind(row["kind"]), from_json(row["facts"]), tongue, link=row["link"] or "")
            said = f"{words.subject}\n{words.body}\n{words.sms}"
            assert not {mark for mark in marks if mark in said}, (row["name"], row["kind"])


@pytest.mark.parametrize("name", ["陈静", "王芳", "孙强", "冯丽", "蒋涛", "沈平", "卫兰"])
async def test_who_belongs_here_never_sees_the_other_estate_or_a_neighbour(stage: Stage, name: str) -> None:
    eyes, wrong = stage.eyes[name], []
    marks = secrets(stage.world, name, eyes)
    for route in stage.routes:
        if route.method == "GET":
            for address in route.addresses(stage.world.here.ids):
                answer = await eyes.client.get(address)
                if found := leaks(answer, marks):
                    wrong.append(f"{address}: {answer.status_code} tells {sorted(found)}")
                if answer.status_code >= 500 and route.path != "/readyz":  # no worker runs here
                    wrong.append(f"{address}: {answer.status_code}")
    assert not wrong, "\n".join(["", *wrong])


def _plain(answer: httpx.Response) -> str:
    return UUIDS.sub("…", answer.text)
