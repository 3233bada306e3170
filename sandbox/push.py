"""A push service with browsers of its own: checks who sends (RFC 8292), decrypts (RFC 8291), keeps what is shown."""

import json
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

import http_ece
from litestar import Response, Router, post
from py_vapid import Vapid02
from py_vapid.utils import b64urldecode

from sandbox.browsers import Browser
from sandbox.state import Request, state_of
from sandbox.wire import Json, StripeRefusal, missing

LARGEST = 4096  # bytes
DAY = 24 * 3600


def _browser(request: Request) -> Browser:
    found = state_of(request).browsers.get(request.path_params["browser"])
    if found is None:
        raise missing("browser", request.path_params["browser"])
    return found


@post("/sandbox/push/browsers", status_code=201)
async def subscribe(request: Request) -> Json:
    """A new browser that subscribes with `{key}`, an application's public key."""
    key = (await request.json()).get("key")
    if not isinstance(key, str) or not key:
        raise StripeRefusal("Missing required param: key.", code="parameter_missing", param="key")
    name = secrets.token_urlsafe(16)
    browser = state_of(request).browsers[name] = Browser(key)
    return browser.subscription(f"{str(request.base_url).rstrip('/')}/push/{name}")


@post("/sandbox/push/browsers/{browser:str}/gone", status_code=200)
async def leave(request: Request) -> Json:
    """The browser is not there any more: what is sent to it is answered with 410."""
    _browser(request).gone = True
    return {"ok": True}


@post("/push/{browser:str}")
async def take(request: Request) -> Response[str]:
    """A message of an application server (RFC 8030, 5)."""
    browser, body = _browser(request), await request.body()
    if browser.gone:
        return Response("", status_code=410)
    if refusal := _refusal(request, browser, body):
        return Response(refusal[1], status_code=refusal[0])
    shown: dict[str, Any] = json.loads(
        http_ece.decrypt(body, private_key=browser.keys, auth_secret=browser.auth, version="aes128gcm")
    )
    state_of(request).post.put("push", str(request.url), f"{shown['title']}\n{shown['body']}\n{shown['path']}")
    return Response("", status_code=201, headers={"Location": f"/push/messages/{secrets.token_urlsafe(8)}"})


def _refusal(request: Request, browser: Browser, body: bytes) -> tuple[int, str] | None:
    """Status and reason of what a push service would not take; None when all is well."""
    if request.headers.get("content-encoding") != "aes128gcm" or not request.headers.get("ttl", "").isdigit():
        return 400, "aes128gcm and TTL are expected"
    if len(body) > LARGEST:
        return 413, "too large"
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    parts = dict(part.strip().partition("=")[::2] for part in given.split(","))
    if scheme.lower() != "vapid" or not {"t", "k"} <= set(parts):
        return 401, "no vapid"
    try:
        good = Vapid02.verify(request.headers["authorization"])
        claims = json.loads(b64urldecode(parts["t"].split(".")[1].encode()))
    except (ValueError, IndexError, AssertionError):
        good, claims = False, {}
    where = urlsplit(str(request.url))
    now = time.time()
    if not good or parts["k"] != browser.application or claims.get("aud") != f"{where.scheme}://{where.netloc}":
        return 403, "not the application that this browser subscribed to"
    if not now < claims.get("exp", 0) <= now + DAY:
        return 403, "expired, or for longer than a day"
    return None


router = Router("/", route_handlers=[subscribe, leave, take])
