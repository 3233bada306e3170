"""What holds for every request: reading changes nothing, only our own pages may send, and the headers are there."""

from __future__ import annotations

import httpx
import pytest

from tests.web.walk.conftest import Stage, changed, everything
from tests.web.walk.routes import Route

pytestmark = pytest.mark.anyio

EVIL = "https://evil.example"
FOREIGN = {
    "cross-site": {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
    "same-site": {"Sec-Fetch-Site": "same-site", "Origin": EVIL},
    "foreign origin": {"Origin": EVIL},
    "null origin": {"Origin": "null"},
    "neither": {},
}
# Reading these says something: the return page asks Stripe, a message that is opened counts as read.
SAYS_SOMETHING = {"payments:return": {"attempt"}, "inbox:show": {"notice", "delivery"}}
RIGHTFUL = {"owner": "陈静", "staff": "沈平", "committee": "吴霞", "public": "anyone"}


def rightful(stage: Stage, route: Route) -> httpx.AsyncClient:
    """The browser of somebody who may use this route."""
    return stage[RIGHTFUL[route.door]]


def unsafe(stage: Stage) -> list[Route]:
    return [route for route in stage.routes if route.method != "GET"]


@pytest.mark.parametrize("way", FOREIGN)
async def test_no_other_site_may_send_anything(stage: Stage, way: str) -> None:
    before, wrong = await everything(), []
    for route in unsafe(stage):
        if route.handler.opt.get("cross_site"):
            continue
        browser = rightful(stage, route)
        async with httpx.AsyncClient(
            transport=browser._transport, base_url=browser.base_url, cookies=browser.cookies, headers=FOREIGN[way]
        ) as client:
            address = route.address(stage.world.here.ids)
            answer = await client.request(route.method, address, data=route.form(stage.world.here))
        if answer.status_code != 403 or "set-cookie" in answer.headers:
            wrong.append(f"{route.method} {route.path}: {answer.status_code}")
    assert not wrong, "\n".join(["", *wrong])
    assert not changed(before, await everything())


async def test_reading_changes_nothing(stage: Stage) -> None:
    wrong = []
    for route in stage.routes:
        if route.method == "GET":
            before = await everything()
            answer = await rightful(stage, route).get(route.address(stage.world.here.ids))
            found = set(changed(before, await everything())) - SAYS_SOMETHING.get(route.name, set())
            if found or (answer.status_code >= 500 and route.path != "/readyz"):  # no worker runs here
                wrong.append(f"{route.path}: {answer.status_code} {sorted(found)}")
    assert not wrong, "\n".join(["", *wrong])


async def test_methods_a_path_does_not_have_are_405(stage: Stage) -> None:
    wrong = []
    methods: dict[str, set[str]] = {}
    for route in stage.routes:
        methods.setdefault(route.path, set()).add(route.method)
    for route in stage.routes:
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods[route.path]:
            answer = await rightful(stage, route).request(method, route.address(stage.world.here.ids))
            if answer.status_code != 405:
                wrong.append(f"{method} {route.path}: {answer.status_code}")
    assert not wrong, "\n".join(["", *wrong])


async def test_every_answer_carries_its_headers(stage: Stage) -> None:
    """F-79: what is personal is stored nowhere; the rest is V3.4 of the ASVS."""
    wrong = []
    for route in stage.routes:
        if route.method != "GET":
            continue
        for name in (RIGHTFUL[route.door], "anyone", "陈静"):
            answer = await stage[name].get(route.address(stage.world.here.ids))
            told = answer.headers
            policy = told.get("content-security-policy", "")
            sound = {
                "csp": "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy,
                "nosniff": told.get("x-content-type-options") == "nosniff",
                "referrer": told.get("referrer-policy") == "same-origin",
                "no-store": "no-store" in told.get("cache-control", "") or not _personal(route, name),
                "vary": "HX-Request-Type" in told.get("vary", "") or not _page(answer),
                "cookies": all(
                    "HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in told.get_list("set-cookie")
                ),
                "nothing else allowed": not [head for head in told if head.startswith("access-control")],
            }
            wrong += [f"{route.path} for {name}: {what}" for what, good in sound.items() if not good]
    assert not wrong, "\n".join(["", *wrong])


def _personal(route: Route, name: str) -> bool:
    return name != "anyone" and not route.handler.opt.get("skip_session")


def _page(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and "text/html" in answer.headers.get("content-type", "")
