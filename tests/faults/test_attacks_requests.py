"""For every request: reading changes nothing, only our own pages may send, nothing is kept by others (F-63, F-79)."""

from __future__ import annotations

from collections import Counter

import httpx
import pytest

from tests.client import ORIGIN
from tests.faults.counts import note
from tests.web.walk.asking import FRAGMENT
from tests.web.walk.conftest import Stage, changed, everything
from tests.web.walk.routes import Route

pytestmark = pytest.mark.anyio

EVIL, OURS = "https://evil.example", ORIGIN
FOREIGN = {
    "cross-site": {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
    "cross-site with our origin": {"Sec-Fetch-Site": "cross-site", "Origin": OURS},
    "same-site": {"Sec-Fetch-Site": "same-site", "Origin": EVIL},
    "same-site without origin": {"Sec-Fetch-Site": "same-site"},
    "typed by nobody": {"Sec-Fetch-Site": "none"},
    "nonsense": {"Sec-Fetch-Site": "Same-Origin ", "Origin": EVIL},
    "foreign origin": {"Origin": EVIL},
    "our name as a part": {"Origin": OURS + ".evil.example"},
    "another scheme": {"Origin": OURS.replace("http:", "https:")},
    "null origin": {"Origin": "null"},
    "only a referer of ours": {"Referer": OURS + "/bills"},
    "neither": {},
}
KINDS = ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/json")
# Reading these says something: the return page asks Stripe, a message that is opened counts as read.
ARRIVED = {"contact", "letter_proof", "time_given", "audit_entry"}
SAYS_SOMETHING = {
    "payments:return": {"attempt"},
    "inbox:show": {"notice", "delivery"},
    "letters:show": ARRIVED,  # opened in the portal, it has arrived, and its time runs from then
    "letters:pdf": ARRIVED,
    "committee:file": {"audit_entry"},  # the committee sees which files were taken
    "desk.cases:evidence": {"audit_entry", "audit_seal"},  # who took personal data away is on record
}
ENDS = ("signin:out", "settings:revoke", "settings:revoke-others")
RIGHTFUL = {"owner": "陈静", "staff": "沈平", "committee": "吴霞", "public": "anyone"}


def rightful(stage: Stage, route: Route) -> httpx.AsyncClient:
    """The browser of somebody who may use this route."""
    return stage[RIGHTFUL[route.door]]


def unsafe(stage: Stage) -> list[Route]:
    return [route for route in stage.routes if route.method != "GET"]


@pytest.mark.parametrize("way", FOREIGN)
async def test_no_other_site_may_send_anything(stage: Stage, way: str) -> None:
    """Every unsafe route, as what a form or a script elsewhere can send, with the person's cookie and a tossed one."""
    before, wrong, tries = await everything(), [], 0
    for number, route in enumerate(unsafe(stage)):
        if route.handler.opt.get("cross_site"):
            continue
        browser = rightful(stage, route)
        head = FOREIGN[way] | {"Content-Type": KINDS[number % len(KINDS)], "User-Agent": "tests"}
        head["Cookie"] = "; ".join(f"{name}={value}" for name, value in browser.cookies.items()) + "; sid=tossed"
        body = str(httpx.QueryParams(route.form(stage.world.here))).encode()
        async with httpx.AsyncClient(transport=browser._transport, base_url=ORIGIN, headers=head) as client:
            answer = await client.request(route.method, route.address(stage.world.here.ids), content=body)
        tries += 1
        if answer.status_code != 403 or "set-cookie" in answer.headers:
            wrong.append(f"{route.method} {route.path}: {answer.status_code}")
    note("F-63", tries, way=way, wrong=len(wrong))
    assert not wrong, "\n".join(["", *wrong])
    assert not changed(before, await everything())


def test_only_the_webhook_takes_what_other_sites_send(stage: Stage) -> None:
    assert [route.path for route in unsafe(stage) if route.handler.opt.get("cross_site")] == ["/webhooks/stripe"]


async def test_reading_changes_nothing(stage: Stage) -> None:
    wrong, tries = [], 0
    for route in stage.routes:
        if route.method == "GET":
            before = await everything()
            for address in route.addresses(stage.world.here.ids):
                answer = await rightful(stage, route).get(address)
                await rightful(stage, route).head(address)
                tries += 2
            found = set(changed(before, await everything())) - SAYS_SOMETHING.get(route.name, set())
            if found or (answer.status_code >= 500 and route.path != "/readyz"):  # no worker runs here
                wrong.append(f"{route.path}: {answer.status_code} {sorted(found)}")
    note("F-63", tries, way="reading", wrong=len(wrong))
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
    """F-79: what is personal is stored nowhere; the rest is V3.4 of the ASVS. Pages, fragments, files, refusals."""
    wrong, tries, seen = [], 0, Counter[int]()
    for route in stage.routes:
        if route.name in ENDS:
            continue
        for name in (RIGHTFUL[route.door], "anyone", "陈静"):
            for fragment in (False, True):
                for address in route.addresses(stage.world.here.ids):
                    form = {} if route.method == "GET" else {"data": {"text": "\x07"}}  # refused, and still personal
                    head = FRAGMENT if fragment else {}
                    answer = await stage[name].request(route.method, address, headers=head, **form)
                    tries, seen[answer.status_code] = tries + 1, seen[answer.status_code] + 1
                    wrong += [f"{route.method} {address} for {name}: {what}" for what in _missing(route, name, answer)]
    note("F-79", tries, answers=dict(sorted(seen.items())), wrong=len(wrong))
    assert not wrong, "\n".join(["", *wrong])
    assert {200, 303, 403, 422} <= seen.keys()


def _missing(route: Route, name: str, answer: httpx.Response) -> list[str]:
    told = answer.headers
    policy = told.get("content-security-policy", "")
    sound = {
        "csp": "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy,
        "nosniff": told.get("x-content-type-options") == "nosniff",
        "referrer": told.get("referrer-policy") == "same-origin",
        "no-store": "no-store" in told.get("cache-control", "") or not _personal(route, name),
        "vary": "HX-Request-Type" in told.get("vary", "") or not _page(answer),
        "cookies": all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in told.get_list("set-cookie")),
        "nothing else allowed": not [head for head in told if head.startswith("access-control")],
    }
    return [what for what, good in sound.items() if not good]


def _personal(route: Route, name: str) -> bool:
    return name != "anyone" and not route.handler.opt.get("skip_session")


def _page(answer: httpx.Response) -> bool:
    return answer.status_code in (200, 422) and "text/html" in answer.headers.get("content-type", "")
