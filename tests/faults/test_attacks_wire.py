"""The real server on a real socket: other people's names, smuggled requests, bodies without end (F-73, F-78)."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.faults.counts import note
from tests.running import Portal, portal_dev

pytestmark = pytest.mark.timeout(300)
EVIL = b"evil.example"
PATIENCE = 5  # seconds until a connection that stays open counts as answered


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A whole portal as an operator would start it."""
    with portal_dev() as (running, _process):
        yield running


def talk(portal: Portal, *parts: bytes, patience: float = PATIENCE) -> bytes:
    """Send bytes as they are and read until the server closes, or until an answer is there and nothing more comes."""
    at, heard = urlsplit(portal.url), b""
    with socket.create_connection((at.hostname, at.port), timeout=patience) as line:
        with contextlib.suppress(ConnectionError):
            for part in parts:
                line.sendall(part)
        line.settimeout(0.3)
        ends = time.monotonic() + patience
        while time.monotonic() < ends:
            try:
                more = line.recv(65536)
            except TimeoutError:
                if heard:
                    break
                continue
            except ConnectionError:
                break
            if not more:
                break
            heard += more
    return heard


def statuses(heard: bytes) -> list[int]:
    """The status of each answer on one connection; 100 Continue is none."""
    found = [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", heard)]
    return [status for status in found if status != 100]


def head(portal: Portal, first: bytes, *lines: bytes, host: bytes | None = b"") -> bytes:
    """A request's head; `host` is ours unless given, None leaves it out."""
    ours = urlsplit(portal.url).netloc.encode()
    named = [] if host is None else [b"Host: " + (host or ours)]
    return b"\r\n".join([first, *named, *lines, b"", b""])


GET, OLD, POST = b"GET /sign-in HTTP/1.1", b"GET /sign-in HTTP/1.0", b"POST /sign-in HTTP/1.1"
NAMES: tuple[bytes | None, ...] = (
    None, EVIL, EVIL + b":80", b"evil.example@127.0.0.1:1x", b"127.0.0.1.evil.example", b"127.0.0.1:99999", b"[",
    b"\xff", b"a b",
)  # fmt: skip
TOLD = (
    b"X-Forwarded-Host: evil.example", b"X-Forwarded-Server: evil.example", b"Forwarded: host=evil.example;proto=https",
    b"X-Forwarded-Proto: https", b"X-Original-URL: /desk", b"X-Rewrite-URL: /desk", b"X-HTTP-Method-Override: DELETE",
    b"X-Host: evil.example",
)  # fmt: skip
CHUNKED = b"Transfer-Encoding: chunked"
INNER = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
# Each is one request by the standard, or none; whoever sees two in it can be made to see a stranger's.
SMUGGLED: tuple[tuple[str, tuple[bytes, ...], bytes], ...] = (
    ("length and chunks", (b"Content-Length: 6", CHUNKED), b"0\r\n\r\n" + INNER),
    ("chunks and length", (CHUNKED, b"Content-Length: 4"), b"0\r\n\r\n" + INNER),
    ("two lengths", (b"Content-Length: 3", b"Content-Length: 40"), b"abc" + INNER),
    ("two lengths in one", (b"Content-Length: 3, 40",), b"abc" + INNER),
    ("a negative length", (b"Content-Length: -1",), INNER),
    ("a signed length", (b"Content-Length: +3",), b"abc" + INNER),
    ("a length in hex", (b"Content-Length: 0x3",), b"abc" + INNER),
    ("a length beyond numbers", (b"Content-Length: 99999999999999999999999",), INNER),
    ("another coding", (b"Transfer-Encoding: xchunked",), b"0\r\n\r\n" + INNER),
    ("two codings", (CHUNKED, b"Transfer-Encoding: identity"), b"0\r\n\r\n" + INNER),
    ("a blank before the colon", (b"Transfer-Encoding : chunked",), b"0\r\n\r\n" + INNER),
    ("a folded line", (b"Transfer-Encoding:", b" chunked"), b"0\r\n\r\n" + INNER),
    ("a tab in the coding", (b"Transfer-Encoding:\x0bchunked",), b"0\r\n\r\n" + INNER),
    ("a bad chunk", (CHUNKED,), b"zz\r\nabc\r\n0\r\n\r\n" + INNER),
    ("a chunk beyond numbers", (CHUNKED,), b"fffffffffffffffff\r\nabc" + INNER),
    ("a NUL in a line", (b"X: a\0b",), b""),
    ("a CR in a line", (b"X: a\rTransfer-Encoding: chunked",), b""),
    ("a line without a colon", (b"nonsense",), b""),
)
FIRST_LINES: tuple[tuple[bytes, set[int]], ...] = (
    (b"TRACE /sign-in HTTP/1.1", {405}), (b"CONNECT evil.example:443 HTTP/1.1", {400, 405}),
    (b"GET /sign in HTTP/1.1", {400}), (b"GET /sign-in HTTP/2.0", {400, 505}), (b"GET /sign-in", {400}),
    (b"GET  /sign-in HTTP/1.1", {400}), (b"G\0T /sign-in HTTP/1.1", {400}),
    (b"GET /" + b"a" * 200_000 + b" HTTP/1.1", {400, 414}),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", {400}),
)  # fmt: skip


@pytest.mark.parametrize("version", [GET, OLD], ids=["HTTP/1.1", "HTTP/1.0"])
def test_who_names_another_host_is_told_400(portal: Portal, version: bytes) -> None:
    ours = urlsplit(portal.url).netloc.encode()
    two = [head(portal, version, b"Host: " + other, host=one) for one, other in ((ours, EVIL), (EVIL, ours))]
    heard = [talk(portal, head(portal, version, b"Connection: close", host=name)) for name in NAMES]
    heard += [talk(portal, request) for request in two]
    note("F-78", len(heard), way="host")
    assert [statuses(one) for one in heard] == [[400]] * len(heard)
    assert not [one for one in heard if EVIL in one]


def test_what_a_proxy_might_say_leads_nobody_away(portal: Portal) -> None:
    for line in TOLD:
        for first in (GET, b"GET /bills HTTP/1.1", b"GET /desk HTTP/1.1"):
            heard = talk(portal, head(portal, first, line, b"Connection: close"))
            assert statuses(heard) in ([200], [303]) and EVIL not in heard, (line, heard[:200])
    heard = talk(portal, head(portal, b"GET http://evil.example/bills HTTP/1.1", b"Connection: close"))
    assert EVIL not in heard and statuses(heard) in ([303], [400]), heard[:200]
    note("F-78", len(TOLD) * 3 + 1, way="forwarded")


def test_no_request_hides_in_another(portal: Portal) -> None:
    """One answer, a refusal, and the connection is closed; the inner request is never answered."""
    wrong = []
    for name, lines, body in SMUGGLED:
        heard = talk(portal, head(portal, POST, *lines), body)
        if len(statuses(heard)) != 1 or not 400 <= statuses(heard)[0] < 500 or b"\r\n\r\nok\n" in heard:
            wrong.append(f"{name}: {statuses(heard)} {heard[:120]!r}")
    note("F-78", len(SMUGGLED), way="smuggled", wrong=len(wrong))
    assert not wrong, "\n".join(["", *wrong])


def test_first_lines_that_are_none_are_refused(portal: Portal) -> None:
    wrong = []
    for first, expected in FIRST_LINES:
        heard = talk(portal, head(portal, first, b"Connection: close"))
        if len(statuses(heard)) != 1 or statuses(heard)[0] not in expected:
            wrong.append(f"{first[:60]!r}: {heard[:120]!r}")
    many = talk(portal, head(portal, GET, *(b"X-%d: y" % n for n in range(3000))))
    note("F-78", len(FIRST_LINES) + 1, way="first lines", wrong=len(wrong))
    assert not wrong, "\n".join(["", *wrong])
    assert statuses(many)[:1] in ([400], [431])


OURS = (b"Sec-Fetch-Site: same-origin", b"Content-Type: application/x-www-form-urlencoded")


def test_a_body_without_end_is_cut_off(portal: Portal) -> None:
    """Ten gigabytes in chunks: refused once the limit is passed, long before they are sent."""
    at, sent, chunk = urlsplit(portal.url), 0, b"10000\r\n" + b"a" * 65536 + b"\r\n"
    with socket.create_connection((at.hostname, at.port), timeout=30) as line:
        line.sendall(head(portal, POST, CHUNKED, *OURS))
        line.settimeout(0.05)
        heard = b""
        while not heard and sent < 10 * 2**30:
            with contextlib.suppress(TimeoutError, ConnectionError):
                line.sendall(chunk)
            sent += len(chunk)
            with contextlib.suppress(TimeoutError):
                try:
                    heard = line.recv(65536) or b"closed"
                except ConnectionError:
                    heard = b"closed"
    note("F-73", 1, way="without end", bytes_until_refused=sent)
    assert sent < 20 * 2**20
    assert statuses(heard) in ([413], []), heard[:200]


def test_slow_senders_keep_nobody_waiting(portal: Portal) -> None:
    """Thirty bodies at a byte now and then: everybody else is answered at once."""
    at, stop = urlsplit(portal.url), threading.Event()

    def dawdle() -> None:
        with contextlib.suppress(OSError), socket.create_connection((at.hostname, at.port), timeout=10) as line:
            line.sendall(head(portal, POST, b"Content-Length: 60000", *OURS))
            while not stop.wait(0.5):
                line.sendall(b"a")

    slow = [threading.Thread(target=dawdle) for _ in range(30)]
    for thread in slow:
        thread.start()
    try:
        time.sleep(1)
        waits = []
        for _ in range(10):
            began = time.monotonic()
            assert statuses(talk(portal, head(portal, GET, b"Connection: close"))) == [200]
            waits.append(time.monotonic() - began)
    finally:
        stop.set()
        for thread in slow:
            thread.join(15)
    note("F-73", len(slow), way="slow bodies", slowest_answer_meanwhile=round(max(waits), 2))
    assert max(waits) < PATIENCE
