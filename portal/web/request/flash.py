"""A sentence that survives one redirect, in a signed cookie."""

import base64
import hashlib
import hmac
import json
from typing import Any, Literal

from litestar.datastructures import Cookie

from portal.kit import clock
from portal.kit.i18n import Sentence
from portal.kit.words import _, say
from portal.web.request.request_context import Connection, Web, here

Tone = Literal["good", "bad", "info"]
LIFETIME = 300
MOST_BYTES = 3000
_NEW, _SHOWN = "portal.flash.new", "portal.flash.shown"


def flash(request: Connection, sentence: str | Sentence, /, tone: Tone = "good", **facts: object) -> None:
    """Show this sentence on the next page that the person sees; it is worded now, in their language."""
    text = say(sentence) if isinstance(sentence, Sentence) else _(sentence, **facts)
    scope: Any = request.scope
    scope.setdefault(_NEW, []).append({"text": text, "tone": tone})


def flashes() -> list[dict[str, str]]:
    """For the layouts: all messages to show now. Reading removes them."""
    request = here()
    web: Web = request.app.state.web
    scope: Any = request.scope
    kept = opened(web, request.cookies.get(web.cookie("flash"), ""))
    scope[_SHOWN] = True
    new: list[dict[str, str]] = scope.pop(_NEW, [])
    return kept + new


def flash_cookie(scope: Any, web: Web, sent: str | None) -> Cookie | None:
    """The cookie for an answer: new messages, or the removal of shown ones; None if nothing changes."""
    new, shown = scope.get(_NEW, []), scope.get(_SHOWN, False)
    name = web.cookie("flash")
    if not new:
        return _cookie(web, name, "", 0) if shown and sent else None
    waiting = [] if shown else opened(web, sent or "")
    return _cookie(web, name, sealed(web, waiting + new), LIFETIME)


def _cookie(web: Web, name: str, value: str, age: int) -> Cookie:
    return Cookie(key=name, value=value, max_age=age, path="/", secure=web.https, httponly=True, samesite="lax")


def sealed(web: Web, messages: list[dict[str, str]]) -> str:
    """Messages as cookie text with their time and signature; the oldest go when it would get too long."""
    while True:
        body = json.dumps({"at": int(clock.real_now().timestamp()), "m": messages}, ensure_ascii=False).encode()
        if len(body) <= MOST_BYTES or not messages:
            return base64.urlsafe_b64encode(_sign(web, body) + body).decode().rstrip("=")
        messages = messages[1:]


def opened(web: Web, value: str) -> list[dict[str, str]]:
    """The messages in a cookie; none if it is forged, damaged or older than five minutes."""
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        body = raw[32:]
        if not value or not hmac.compare_digest(raw[:32], _sign(web, body)):
            return []
        loads = json.loads(body)
    except ValueError:
        return []
    return loads["m"] if clock.real_now().timestamp() - loads["at"] <= LIFETIME else []


def _sign(web: Web, body: bytes) -> bytes:
    return hmac.digest(web.secret, b"flash:" + body, hashlib.sha256)
