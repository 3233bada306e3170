"""Words that try to be an address, a path or a statement: nobody is led away, nothing is read or run (F-69 to F-76)."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from urllib.parse import quote, urljoin, urlsplit

import asyncpg
import httpx
import pytest

from portal.people.channels.mail import letter, send_mail
from portal.people.channels.provider import NotSent
from portal.people.channels.sms import Text, send_sms
from portal.platform.db import unit_of_work as db
from portal.platform.process.settings import Settings
from portal.run.verify import verify
from tests.client import ORIGIN
from tests.faults.counts import SEED, note, times
from tests.faults.payloads import ADDRESSES, HEADERS, REDIRECTS, SQL, TRAVERSALS
from tests.sandbox.running import running_sandbox
from tests.web.walk.conftest import Stage
from tests.web.walk.hostile import GOOD, QUERIES, Request, a_good_form, put
from tests.web.walk.routes import PARAMETER, Route
from tests.web.walk.told import pdf_text

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1800)]
RIGHTFUL = {"owner": "陈静", "staff": "沈平", "committee": "吴霞", "public": "anyone"}
OTHER_SIDE = ("root:x", "[project]", "PORTAL_SECRET_KEY=", "from __future__")
OF_THE_DATABASE = ("syntax error", "asyncpg", "PostgreSQL", "portal_app")
ENDS = ("signin:out", "settings:revoke", "settings:revoke-others")


def leads_to(answer: httpx.Response) -> str:
    """The host that a browser would go to."""
    there = urljoin(ORIGIN + "/", answer.headers.get("location", "/").replace("\\", "/"))
    return urlsplit(there).netloc


async def test_nobody_is_led_away(stage: Stage) -> None:
    """F-69: every payload at every place that says where to go next."""
    payloads, wrong, tries = times(sample=10, landing=len(REDIRECTS)), [], 0
    ours = urlsplit(ORIGIN).netloc
    for wanted in random.Random(SEED).sample(REDIRECTS, payloads):
        typed = {"next": wanted}
        head = {"Referer": ORIGIN + quote(wanted), "HX-Current-URL": ORIGIN + quote(wanted, safe="/\\:@%")}
        asked = [
            await stage["陈静"].get("/sign-in", params=typed), await stage["沈平"].get("/desk/sign-in", params=typed),
            await stage["anyone"].post("/language", data={"language": "en", **typed}),
            await stage["anyone"].post("/text-size", data={"size": "large", **typed}),
            await stage["anyone"].post("/plans/new", data={"bill": "x"}, headers=head),
            await stage["anyone"].get("/bills", params=typed), await stage["陈静"].get("/step-up", params=typed),
        ]  # fmt: skip
        pages = [await stage["anyone"].get("/sign-in", params=typed), await stage["陈静"].get("/nowhere", headers=head)]
        tries += len(asked) + len(pages)
        away = [one for one in asked if leads_to(one) != ours]
        wrong += [f"{wanted!r}: {one.request.url} leads to {one.headers['location']}" for one in away]
        wrong += [f"{wanted!r} stands in {one.request.url}" for one in pages if f'"{wanted}"' in one.text and wanted]
    note("F-69", payloads, requests=tries, wrong=len(wrong))
    assert not wrong, "\n".join(["", *wrong])


async def test_no_path_reaches_out_of_its_folder(stage: Stage) -> None:
    """F-72: in static names, documents, photos and keys, as bytes that no client has tidied."""
    payloads, wrong, tries = times(sample=10, landing=len(TRAVERSALS)), [], 0
    places = [route for route in stage.routes if route.parameters and route.method == "GET"]
    for number, payload in enumerate(random.Random(SEED).sample(TRAVERSALS, payloads)):
        for route in (places[0], places[number % len(places)], *(r for r in places if "str" in r.path)):
            token = stage[RIGHTFUL[route.door]].cookies.get("sid", "")
            for typed in (payload, quote(payload, safe="%")):
                path = PARAMETER.sub(lambda _found, typed=typed: typed, route.path)
                head = [(b"host", b"127.0.0.1:8000"), (b"cookie", f"sid={token}".encode())]
                answer = await put(stage.app, Request("GET", path.encode(), b"", head))
                tries += 1
                text = answer.body.decode("utf-8", "replace")
                if answer.broke or (answer.status not in (400, 404, 303) and not _same_file(path, answer.status)):
                    wrong.append(f"{path!r}: {answer.status} {answer.broke!r}")
                wrong += [f"{path!r} tells {mark}" for mark in OTHER_SIDE if mark in text]
    note("F-72", payloads, requests=tries, wrong=len(wrong))
    assert not wrong, "\n".join(["", *wrong])


def _same_file(path: str, status: int) -> bool:
    """A name that only goes around before it names a file that is served anyway."""
    return status == 200 and path.startswith("/static/") and path.endswith(("portal.js",))


async def test_no_statement_comes_from_outside(stage: Stage) -> None:
    """F-76: each input of each route, one statement at a time: no error, no word of the database, no waiting for it."""
    dice, wrong, answers, slowest = random.Random(SEED), [], Counter[int](), 0.0
    inputs = list(_inputs(stage))
    tries = times(sample=150, landing=2 * len(inputs))
    dice.shuffle(inputs)
    for number in range(tries):
        route, place, name = inputs[number % len(inputs)]
        attack, home = dice.choice(SQL), stage.world.here
        query = {name: attack} if place == "query" else {}
        form = a_good_form(route, home) if route.method == "POST" else {}
        address = route.address(home.ids | ({name: quote(attack, safe="")} if place == "path" else {}))
        form |= {name: attack} if place == "form" else {}
        began = time.perf_counter()
        client = stage[RIGHTFUL[route.door]]
        answer = await client.request(route.method, address, params=query or None, data=form or None)
        took = time.perf_counter() - began
        answers[answer.status_code] += 1
        slowest = max(slowest, took)
        where = f"{route.method} {route.path} {place} {name}={attack!r}: {answer.status_code}"
        if answer.status_code >= 500 and not _stripe_is_away(route, answer):
            wrong.append(where)
        if took > 2.5 and not _stripe_is_away(route, answer):
            wrong.append(f"{where} after {took:.1f} s")
        wrong += [f"{where} tells {word}" for word in OF_THE_DATABASE if word in answer.text]
    facts = {"inputs": len(inputs), "answers": dict(sorted(answers.items())), "slowest": round(slowest, 2)}
    note("F-76", tries, **facts, wrong=len(wrong))
    assert not wrong, "\n".join(["", *wrong])
    assert (await verify())["ok"]


def _inputs(stage: Stage) -> Iterator[tuple[Route, str, str]]:
    """(route, place, name) of everything that one can type."""
    for route in stage.routes:
        if route.name in ENDS or route.path == "/readyz":  # no worker runs here
            continue
        yield from ((route, "path", key) for key, _kind in route.parameters)
        if route.method == "GET":
            yield from ((route, "query", name) for name in QUERIES)
        else:
            yield from ((route, "form", name) for name in a_good_form(route, stage.world.here) or GOOD)


def _stripe_is_away(route: Route, answer: httpx.Response) -> bool:
    """Nobody plays Stripe here, and the page says so."""
    return route.name == "payments:start" and answer.status_code in (303, 503)


class Peers:
    """Every address that this process connects to, or asks the name of, while it listens."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.listening = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, facts: tuple) -> None:
        if self.listening and event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request"):
            told = facts[1] if event in ("socket.connect", "socket.sendto") else tuple(facts[:2])
            self.seen.append(f"{event} {told}")


@pytest.fixture(scope="module")
def peers() -> Peers:
    """An audit hook stays for ever, so that there is one."""
    return Peers()


async def test_nothing_that_anybody_wrote_is_fetched(stage: Stage, peers: Peers, settings: Settings) -> None:
    """F-70: addresses in every field of every form, and in the words of a receipt; the process talks to nobody new."""
    payloads = random.Random(SEED).sample(ADDRESSES, times(sample=6, landing=len(ADDRESSES)))
    routes = [r for r in stage.routes if r.method == "POST" and r.name not in (*ENDS, "payments:start", "signin:ask")]
    tries = 0
    peers.seen.clear()
    for number, address in enumerate(payloads):
        peers.listening = True
        try:
            for route in routes[number % 4 :: 4]:
                home, client = stage.world.here, stage[RIGHTFUL[route.door]]
                form = dict.fromkeys(a_good_form(route, home), address) | {"text": address, "q": address}
                photo = {"photos": (address, b"\xff\xd8\xff" + address.encode(), "image/jpeg")}
                await client.post(route.address(home.ids), data=form, files=photo)
                tries += 1
            for name, page in (("陈静", "/payments/{payment}/receipt.pdf"), ("沈平", "/desk/search?q={address}")):
                ids = {"payment": stage.world.here.ids["payments.payment"], "address": quote(address, safe="")}
                await stage[name].get(page.format(**ids))
                tries += 1
        finally:
            peers.listening = False
    config = db.engine.config
    port = urlsplit(str(config.get("dsn", ""))).port or config.get("port", 5432)
    known = (".s.PGSQL.", f", {port})")
    strangers = [peer for peer in peers.seen if not any(mark in peer for mark in known)]
    note("F-70", len(payloads), requests=tries, connections=len(peers.seen), strangers=len(strangers))
    assert not strangers


async def test_the_monitor_hears_a_connection(peers: Peers) -> None:
    """Else nothing above would show anything."""
    peers.listening = True
    try:
        with pytest.raises(httpx.TransportError):
            async with httpx.AsyncClient(trust_env=False) as client:
                await client.get("http://127.0.0.1:1/")
    finally:
        peers.listening = False
    assert any("127.0.0.1" in peer for peer in peers.seen)


HEADS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
         "MIME-Version"}  # fmt: skip


async def test_no_line_of_a_message_or_of_an_answer_becomes_two(
    stage: Stage, settings: Settings, admin: asyncpg.Connection
) -> None:
    """F-71: subjects, addresses and texts of mail and SMS, file names, titles of papers, by the real SMTP and HTTP."""
    payloads, sinks = random.Random(SEED).sample(HEADERS, times(sample=8, landing=len(HEADERS))), 0
    statement = stage.world.here.ids["statements.statement"]
    receipt = f"/payments/{stage.world.here.ids['payments.payment']}/receipt.pdf"
    async with running_sandbox() as sandbox:
        with_post = replace(
            settings, smtp_host="127.0.0.1", smtp_port=sandbox.smtp_port, sms_url=f"{sandbox.url}/sandbox/sms"
        )
        for number, text in enumerate(payloads):
            for to, subject in (("chen@example.com", text), (f"chen@example.com{text}", "账单")):
                sinks += 1
                try:
                    raw = letter("portal@example.com", to, subject, text, "key").as_bytes()
                except ValueError:
                    continue
                read = message_from_bytes(raw, policy=policy.default)
                assert set(read.keys()) <= HEADS and read.get_content_type() == "text/plain", (text, read.keys())
            box = len(sandbox.state.post.channels["mail"])
            try:
                await send_mail(with_post, "chen@example.com", text, text, key=f"k{number}")
            except NotSent:
                assert len(sandbox.state.post.channels["mail"]) == box
            else:
                assert [m.to for m in sandbox.state.post.channels["mail"][box:]] == ["chen@example.com"]
            await send_sms(with_post, Text("+8619900000101", text, "sign_in", "zh-CN", {}, "key"))
            assert sandbox.state.post.channels["sms"][-1].text == text
            if "\0" not in text:
                await admin.execute("UPDATE statement SET title = $1, code = $1 WHERE id = $2", text, statement)
                await admin.execute("UPDATE community SET name = $1 WHERE code = 'mingxi'", text)
            file, paper = await stage["陈静"].get(f"/statements/{statement}.csv"), await stage["陈静"].get(receipt)
            sinks += 4
            for answer in (file, paper):
                assert answer.status_code == 200
                assert len(answer.headers.get_list("content-disposition")) == 1
                said = "".join(f"{name}{value}" for name, value in answer.headers.items())
                assert "x-evil" not in answer.headers and "set-cookie" not in answer.headers
                assert not {"\r", "\n", "\0", "\u202e", "\x85"} & set(said)
            assert "X-Evil:" not in pdf_text(paper.content).partition("\n")[0].replace(text, "")
    note("F-71", len(payloads), sinks=sinks)
