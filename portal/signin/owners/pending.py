"""A short-lived signed cookie between two steps of signing in."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from litestar.datastructures import Cookie
from litestar.response import Redirect

from portal.kit import clock
from portal.signin.owners.actions import Knock
from portal.signin.owners.rules import KNOCK_LIFE
from portal.web.request.request_context import Request, Web, web_of


def keep(request: Request, response: Redirect, name: str, life: timedelta, **facts: str) -> Redirect:
    """Let this browser keep these facts under a name for some time."""
    web = web_of(request)
    body = json.dumps({"until": (clock.real_now() + life).isoformat(), **facts}).encode()
    text = base64.urlsafe_b64encode(_signature(web, name, body) + body).decode().rstrip("=")
    response.set_cookie(_cookie(web, name, text, int(life.total_seconds())))
    return response


def kept(request: Request, name: str) -> dict[str, Any] | None:
    """The facts under this name; None if there are none, they are forged, or have expired."""
    web = web_of(request)
    text = request.cookies.get(web.cookie(name), "")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if not hmac.compare_digest(raw[:32], _signature(web, name, raw[32:])):
            return None
        facts = json.loads(raw[32:])
    except ValueError:
        return None
    return facts if clock.real_now() < datetime.fromisoformat(facts["until"]) else None


def drop(request: Request, response: Redirect, name: str) -> Redirect:
    """Forget them."""
    web = web_of(request)
    response.set_cookie(_cookie(web, name, "", 0))
    return response


def keep_knock(request: Request, response: Redirect, name: str, knock: Knock, **more: str) -> Redirect:
    """Let this browser keep the knock of a code that it asked for."""
    facts = {"browser": knock.browser, "phone": knock.phone, "asked_at": knock.asked_at.isoformat()}
    return keep(request, response, name, KNOCK_LIFE, **facts, **more)


def knock_of(facts: dict[str, Any]) -> Knock:
    """The knock among facts that were kept."""
    return Knock(browser=facts["browser"], phone=facts["phone"], asked_at=datetime.fromisoformat(facts["asked_at"]))


def _cookie(web: Web, name: str, value: str, age: int) -> Cookie:
    return Cookie(key=web.cookie(name), value=value, max_age=age, path="/", secure=web.https, httponly=True,
                  samesite="lax")  # fmt: skip


def _signature(web: Web, name: str, body: bytes) -> bytes:
    return hmac.digest(web.secret, f"pending:{name}:".encode() + body, hashlib.sha256)
