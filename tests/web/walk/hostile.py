"""Requests nobody means well with: any path, query, head and body, as bytes, straight into the application.

Everything comes from one `random.Random`, so a seed and a number name a request for ever.
"""

from __future__ import annotations

import importlib
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes
from uuid import uuid4

from litestar import Litestar

from portal.web.forms.forms import Form
from tests.client import ORIGIN
from tests.pictures import a_photo
from tests.populated import Home
from tests.web.walk.routes import FORMS, PARAMETER, Route

TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "x\udfff", "�", "\u202e倒着写", "\u200b", "😀" * 40, "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1) hx-get=/sign-out>', "' OR 1=1 --", "'; DROP TABLE bill; --", "%s%(x)s%%", "%", "_",
    "{{7*7}}", "${7*7}", "../../etc/passwd", "\r\nSet-Cookie: sid=evil", "\x1b[31m", "9" * 19, str(2**63), "-1", "0",
    "-0", "00", "0.001", "1e308", "NaN", "Infinity", "1_0", "１２０．５", "٣", "²", "0x10", "1,00,000", "true", "[]",
    "{}", "null", "2026-02-30", "0000-00-00", "9999-12-31", "2199-12-31", "1900-01-01", "2026-13", "9999-99", "0001-01",
    "25:61", "x" * 300, "中" * 2001, "a" * 30_000, "\n" * 500, "//evil.example", "https://evil.example/", "None", "\\",
    "javascript:alert(1)", "\\\\evil.example", "/%0d%0aX: y", "=cmd|' /C calc'!A0", "@SUM(1)", "1栋101\0",
)  # fmt: skip
BYTES = (b"\xff\xfe", b"\xc3(", b"\xf0\x90", b"\x80" * 50)
NASTY = (*(text.encode("utf-8", "surrogatepass") for text in TEXTS), *BYTES)
HUGE = b"x" * 100_000
# Good values by name, so that one bad one is all that is wrong with a form.
GOOD = {
    "standard": "",
    "phone": "13800138000", "code": "123456", "login": "shen", "password": "correct horse battery", "language": "en",
    "large_text": "1", "community": "1", "period": "2026-11", "issued_on": "2026-11-01", "method": "alipay",
    "amount": "1.00", "kind": "waiver", "reason": "other", "text": "不对", "outcome": "partly", "department": "工程部",
    "due_on": "2026-12-01", "version": "1", "agree": "yes", "instalments": "3", "first_on": "2026-12-20",
    "hardship": "手头紧", "unit": "1栋101", "channel": "cash", "reference": "NO-1", "area": "cleaning",
    "title": "清洗水箱", "place": "楼顶", "done_on": "2026-11-19", "done_at": "14:05", "note": "按时完成",
    "next": "/bills", "size": "large", "starts_on": "2026-12-24", "basis": "sale", "document": "1 号", "name_1": "何芳",
    "phone_1": "13800138001", "share_1": "1/2", "name_2": "何强", "share_2": "50%", "empty_since": "2026-11-20",
    "lived_in_from": "2026-11-21", "rate": "3.00", "source": "决议",
    "q": "1栋101", "page": "1", "state": "open", "stage": "1", "show": "open", "month": "2026-11", "cs": "cs_test_1",
    "order": "oldest", "thumb": "1", "number": "1",
}  # fmt: skip
QUERIES = ("page", "q", "state", "stage", "order", "show", "department", "area", "month", "thumb", "unit", "line",
           "bill", "amount", "cs", "next", "preview", "instalments", "first_on", "v", "number")  # fmt: skip
ALSO_SENT = ("next", "line", "bill", "language", "size", "agree", "preview", "_once", "name", "__proto__", "")
HEADS: tuple[tuple[bytes, tuple[bytes, ...]], ...] = (
    (b"accept-language", (b"", b"\xff\xfe", b"zh" * 4000, b";q=;;,,", b"*;q=NaN", b"en;q=1e999", "中文".encode())),
    (b"accept", (b"\xff", b";;q", b"text/html;q=abc", b"*/*;q=NaN", b"," * 500, b"application/json")),
    (b"accept-encoding", (b"\xff", b"br;q=x", b"gzip" * 1000)),
    (b"hx-request", (b"true", b"\xff", b"")),
    (b"hx-request-type", (b"partial", b"full", b"\xff\xfe", b"partial\r\n", b"x" * 5000)),
    (b"hx-current-url", (b"http://[", b"http://[::1", b"//[", b"\xff", b"http://127.0.0.1:8000//evil", b"javascript:1",
                         b"http://127.0.0.1:8000/bills?x=%00", "http://℀.example/".encode(), b"x" * 9000)),
    (b"referer", (b"http://[", b"http://[v1.", b"\xff", b"http://127.0.0.1:8000/\\evil", b"http://127.0.0.1:99999/x",
                  "http://ａ℀b/".encode(), b"http://127.0.0.1:8000/" + b"a/" * 4000)),
    (b"hx-target", (b"\xff", b"%E4%ZZ", b"<script>")),
    (b"hx-target-uri-autoencoded", (b"true",)),
    (b"hx-triggering-event", (b"{", b"\xff", b"[" * 5000)),
    (b"if-none-match", (b"\xff", b'"', b"W/" * 3000, b"*", b'""')),
    (b"host", (b"", b"[", b"evil.example", b"127.0.0.1:99999", b"a" * 3000, b"\xff", b"a@evil", b"x:y:z")),
    (b"x-forwarded-for", (b"1.2.3.4", b"\xff", b"," * 900, b"::ffff:1.2.3.4", b"fe80::1%eth0", b"999.1.1.1", b"::1")),
    (b"x-forwarded-host", (b"evil.example",)),
    (b"forwarded", (b"for=1.2.3.4",)),
    (b"user-agent", (b"", b"\xff\x00", b"\x00", b"<script>" * 900, "浏览器".encode())),
    (b"content-length", (b"abc", b"-1", b"99999999999999999999", b"\xff")),
    (b"cookie", (b"sid=" + b"x" * 9000, b"sid=\xff\xfe", b"sid=\x00", b"lang=\xff; text=%00", b"=;;;==", b'sid="\\400"',
                 b"knock=%FF; half=A; flash=AAAA", b"flash=" + b"A" * 60, "flash=中文".encode(), b"sid=%E4%B8%AD")),
    (b"stripe-signature", (b"", b"t=1,v1=\xff", b"t=NaN,v1=00", b"t=" + b"9" * 400 + b",v1=a", b"v0=1")),
    (b"origin", (b"http://[", b"null")),
    (b"range", (b"bytes=0-0,-1",)),
    (b"expect", (b"nonsense",)),
    (b"transfer-encoding", (b"chunked, \xff",)),
)  # fmt: skip


URLENCODED, MULTIPART = b"application/x-www-form-urlencoded", b"multipart/form-data"
NO_FORMS: tuple[tuple[bytes | None, bytes], ...] = (
    (b"application/json", b"[" * 5000), (b"application/json", b"\xff"), (b"application/msgpack", b"\xc1"),
    (MULTIPART, b"x"), (MULTIPART + b"; boundary=", b"x"), (MULTIPART + b"; boundary=\xff", b"\xff"),
    (MULTIPART + b"; boundary=" + b"b" * 4000, b"--" + b"b" * 4000), (URLENCODED, b""), (URLENCODED, b"\xff\xfe=\xff"),
    (URLENCODED, b"&".join([b"a=1"] * 9000)), (b"", b"x"), (None, b"x"), (b"\xff/\xfe", b"x"),
    (b"text/plain", b"text=1"),
)  # fmt: skip
CHARSETS = (b"utf-7", b"unicode_escape", b"utf-16", b"hex", b"nonsense", b"\xff", b"idna", b"utf-8-sig")
FILES = (b"a.jpg", b"", b"../../x", b"a\x00b.png", "照片.jpg".encode(), b"\xff\xfe.jpg", b"a" * 3000)


@dataclass
class Request:
    """One request as bytes; `path` is still percent-encoded."""

    method: str
    path: bytes
    query: bytes
    head: list[tuple[bytes, bytes]]
    body: bytes = b""

    def __str__(self) -> str:
        head = {name.decode(): value[:60] for name, value in self.head if name not in (b"sec-fetch-site", b"origin")}
        return f"{self.method} {self.path[:120]!r}?{self.query[:160]!r} {head} {self.body[:400]!r}"


@dataclass
class Answer:
    """What came back; `broke` is what the application let fall out of its hands."""

    status: int = 0
    head: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    broke: BaseException | None = None


async def put(app: Litestar, request: Request) -> Answer:
    """Ask the application as a server would that checks nothing."""
    sent = iter([{"type": "http.request", "body": request.body, "more_body": False}])
    answer = Answer()

    async def receive() -> Any:
        return next(sent, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.head = message["status"], list(message["headers"])
        else:
            answer.body += message.get("body", b"")

    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
        "method": request.method, "raw_path": request.path, "query_string": request.query, "root_path": "",
        "path": unquote_to_bytes(request.path).decode("utf-8", "replace"), "headers": request.head,
        "client": ("203.0.113.9", 1), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip
    try:
        await app(scope, receive, send)  # type: ignore[arg-type]
    except Exception as broke:
        answer.broke = broke
    return answer


class Attacker:
    """Makes one request after the other out of a seed."""

    def __init__(self, seed: int, routes: list[Route], homes: Iterable[Home]) -> None:
        self.dice, self.routes = random.Random(seed), routes
        self.homes = list(homes)
        self.photo = a_photo()
        self.fields = {route.handler: _fields_of(route) for route in routes}

    def request(self, tokens: dict[str, str]) -> tuple[Route, Request]:
        """The next one, with one of these sessions by the door they opened, most often the one that fits, or none."""
        dice = self.dice
        route, home = dice.choice(self.routes), dice.choice(self.homes)
        token = tokens.get(route.door) if dice.random() < 0.7 else dice.choice([*tokens.values(), None])
        method = route.method if dice.random() < 0.95 else dice.choice(["HEAD", "PUT", "DELETE", "OPTIONS", "POST"])
        head = [(b"host", b"127.0.0.1:8000"), (b"user-agent", b"tests")]
        if dice.random() < 0.97:
            head += [(b"origin", ORIGIN.encode()), (b"sec-fetch-site", b"same-origin")]
        if token:
            head.append((b"cookie", f"sid={token}".encode()))
        for name, values in dice.sample(HEADS, dice.choice([0, 0, 0, 1, 1, 2, 4])):
            # A second line beside the honest one, or instead of it.
            if dice.random() < 0.5 and name != b"cookie":
                head = [(known, value) for known, value in head if known != name]
            head.append((name, dice.choice(values)))
        kind, body = self._body(route, home) if method not in ("GET", "HEAD", "OPTIONS") else (None, b"")
        if kind is not None:
            head.append((b"content-type", kind))
        return route, Request(method, self._path(route, home), self._query(route, home), head, body)

    def _path(self, route: Route, home: Home) -> bytes:
        keys = iter(route.parameters)

        def part(_match: Any) -> str:
            key, dice = next(keys)[0], self.dice
            roll = dice.random()
            if roll < 0.75:
                return str(home.ids.get(key, uuid4()))
            if roll < 0.87:
                return str(dice.choice(list(home.ids.values())))
            return quote_from_bytes(dice.choice(NASTY)[:3000], safe="") or "%20"

        return PARAMETER.sub(part, route.path).encode() + self.dice.choice([b""] * 30 + [b"/", b"//", b"/%00", b"/."])

    def _query(self, route: Route, home: Home) -> bytes:
        if self.dice.random() < (0.3 if route.method == "GET" else 0.9):
            return b""
        if self.dice.random() < 0.05:
            return self.dice.choice([b"%", b"%ZZ=%", b"\xff=\xfe", b"&" * 900, b"a" * 60_000, b"=" * 99, b"%00", b";;"])
        names = self.dice.choices(QUERIES, k=self.dice.choice([1, 1, 2, 4]))
        return b"&".join(
            name.encode() + b"=" + quote_from_bytes(self._value(name, home, 0.6)).encode() for name in names
        )

    def _value(self, name: str, home: Home, badly: float) -> bytes:
        dice = self.dice
        if dice.random() < badly:
            return HUGE if dice.random() < 0.01 else dice.choice(NASTY)
        if name in ("bill", "line"):
            return str(home.ids[f"bills.{name}"]).encode()
        return GOOD.get(name, "1").encode()

    def _body(self, route: Route, home: Home) -> tuple[bytes | None, bytes]:
        dice, names = self.dice, list(self.fields[route.handler])
        badly = dice.choice([0.0, 0.1, 0.3, 0.9])
        pairs = [(n, self._value(n, home, badly)) for n in names if dice.random() < 0.95]
        pairs += [
            (n, self._value(n, home, 0.5)) for n in dice.choices([*names, *ALSO_SENT], k=dice.choice([0, 0, 1, 3]))
        ]
        way = dice.random()
        if way < 0.55:
            body = b"&".join(
                quote_from_bytes(n.encode()).encode() + b"=" + quote_from_bytes(v).encode() for n, v in pairs
            )
            return dice.choice([URLENCODED] * 9 + [URLENCODED.upper() + b"; charset=\xff"]), body
        if way < 0.85:
            return self._multipart(pairs)
        return dice.choice(NO_FORMS) if dice.random() < 0.9 else (b"application/json", _as_json(pairs))

    def _multipart(self, pairs: list[tuple[str, bytes]]) -> tuple[bytes, bytes]:
        dice, parts = self.dice, []
        for name, value in pairs:
            about = b'Content-Disposition: form-data; name="' + name.encode() + b'"'
            if name == "photos" or dice.random() < 0.08:
                file = dice.choice(FILES)
                about += b'; filename="' + file + b'"'
                value = dice.choice([self.photo, self.photo[:80], b"\xff\xd8\xff" + b"\0" * 99, b"", value])
            if dice.random() < 0.08:
                kind = dice.choice(CHARSETS)
                about += b"\r\nContent-Type: text/plain; charset=" + kind
            parts.append(b"--limit\r\n" + about + b"\r\n\r\n" + value + b"\r\n")
        body = b"".join(parts) + dice.choice([b"--limit--\r\n"] * 9 + [b"--limit", b"", b"--limit\r\n\r\n"])
        if dice.random() < 0.1:
            body = body[: dice.randrange(len(body) + 1)]
        return MULTIPART + b"; boundary=limit", body


def _as_json(pairs: list[tuple[str, bytes]]) -> bytes:
    return json.dumps({name: value.decode("utf-8", "replace") for name, value in pairs}).encode()


def forms_of(route: Route, *, guess: bool = True) -> list[type[Form]]:
    """The forms of the route's slice that its handler names; when it names none, at a guess all of them."""
    slice_ = route.handler.fn.__module__.rsplit(".", 1)[0]
    try:
        forms = importlib.import_module(f"{slice_}.forms")
    except ModuleNotFoundError:
        return []
    known = {n: f for n, f in vars(forms).items() if isinstance(f, type) and issubclass(f, Form) and f is not Form}
    named = [f for n, f in known.items() if n in route.handler.fn.__code__.co_names]
    return named or (list(known.values()) if guess else [])


def a_good_form(route: Route, home: Home) -> dict[str, str]:
    """Something good for every field that the route's forms declare, about this home."""
    fields = [name for form in forms_of(route) for name in form()._fields if name != "photos"]
    of_home = {name: str(home.ids[f"bills.{name}"]) for name in ("bill", "line")}
    of_home |= {
        "phone": f"13800138{home.unit_name[-3:]}",
        "unit": home.unit_name,
        "community": str(home.estate.community),
    }
    good = {name: (GOOD | of_home).get(name, "1") for name in fields}
    return good | {name: str(home.ids.get(value, value)) for name, value in FORMS.get(route.name, {}).items()}


def _fields_of(route: Route) -> list[str]:
    """The declared fields of the route's forms."""
    if route.method == "GET":
        return []
    return list(dict.fromkeys(name for form in forms_of(route) for name in form()._fields)) or list(ALSO_SENT)
