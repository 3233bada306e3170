"""Every page that can be reached by following links is sound HTML, and no link leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.web.walk.conftest import Stage
from tests.web.walk.reading import Link, Reading
from tests.web.walk.routes import Map, shape

pytestmark = pytest.mark.anyio

MOST = 250  # pages of one walk
DOORS = {
    "anyone": ["/", "/sign-in", "/desk", "/desk/sign-in", "/e/mingxi"],
    "陈静": ["/"], "王芳": ["/"], "孙强": ["/"], "赵敏": ["/"], "周杰": ["/"], "吴霞": ["/"],
    "冯丽": ["/desk"], "蒋涛": ["/desk"], "沈平": ["/desk"], "卫兰": ["/desk"], "褚英": ["/desk"],
    "顾衡": ["/desk"],
}  # fmt: skip
# Whoever opens these also says something (a message counts as read), or they are files.
FILES = (".pdf", ".csv", ".xlsx", ".zip", ".jpg", ".css", ".js", ".svg", ".ico", ".webmanifest", ".png")


@dataclass
class Walk:
    """Where somebody came, and what was wrong there."""

    seen: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


async def walk(stage: Stage, name: str, doors: list[str]) -> Walk:
    """Follow every link from the doors; forms are only looked up, not sent."""
    found, way, known = Walk(), [(door, "the door") for door in doors], Map(stage.app)
    looked: set[Link] = set()
    while way and len(found.seen) < MOST:
        address, where = way.pop(0)
        if address in found.seen:
            continue
        answer = await stage[name].get(address)
        found.seen[address] = answer.status_code
        if answer.status_code == 303:
            way.append((answer.headers["location"], address))
            continue
        if answer.status_code != 200:
            found.faults.append(f"{where} leads to {address}: {answer.status_code}")
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page = Reading(address, answer.text)
        found.faults += [f"{address}: {fault}" for fault in page.faults]
        for link in sorted(page.links - looked, key=lambda link: (link.address, link.method)):
            looked.add(link)
            if known.at(link.address, link.method) is None:
                found.faults.append(f"{address} leads to {link.method} {link.address}: no such route")
            elif link.method == "GET":
                way.append((link.address.split("#")[0], address))
    return found


@pytest.mark.parametrize("name", DOORS)
async def test_every_page_one_can_reach_is_sound(stage: Stage, name: str) -> None:
    found = await walk(stage, name, DOORS[name])
    assert len(found.seen) > 3
    assert not found.faults, "\n".join(["", *sorted(set(found.faults))])
    assert not unlisted_files(stage, found), "name their kinds in ALSO of routes.py, so that no walk misses them"


def unlisted_files(stage: Stage, found: Walk) -> set[str]:
    """Files that a page leads to and that no walk by address would ask for."""
    asked = {shape(a) for home in stage.world.homes for route in stage.routes for a in route.addresses(home.ids)}
    known, files = Map(stage.app), (a for a in found.seen if a.partition("?")[0].endswith(FILES))
    return {a for a in files if (route := known.at(a)) and not route.public and shape(a) not in asked}


@pytest.mark.parametrize("name", ["陈静", "沈平"])
async def test_every_page_of_every_route_is_sound_in_english_too(stage: Stage, name: str) -> None:
    """By address instead of by link, so that no page is missed because nothing leads to it."""
    wrong, shown = [], 0
    client = stage[name]
    await client.post("/language", data={"language": "en"})
    for route in stage.routes:
        if route.method == "GET" and route.door in ("public", "owner" if name == "陈静" else "staff"):
            address = route.address(stage.world.here.ids)
            answer = await client.get(address)
            if answer.status_code not in (200, 303, 404, 503):
                wrong.append(f"{address}: {answer.status_code} {_kind(answer)}")
            if answer.status_code == 200 and "text/html" in _kind(answer):
                shown += 1
                wrong += [f"{route.path}: {fault}" for fault in Reading(address, answer.text).faults]
                if 'lang="en"' not in answer.text:
                    wrong.append(f"{route.path}: not in English")
    await client.post("/language", data={"language": "zh-CN"})
    assert shown > 20
    assert not wrong, "\n".join(["", *sorted(set(wrong))])


def _kind(answer) -> str:  # type: ignore[no-untyped-def]
    return answer.headers.get("content-type", "")
