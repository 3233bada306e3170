"""Who is asking, and their preferences: the cookie becomes a Principal."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import unquote, urlsplit

import litestar
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.response import Redirect
from litestar.types import ASGIApp, Receive, Scope, Send

from portal.kit.language import CHINESE, ENGLISH, LANGUAGES, speak
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import begin_request
from portal.web.request.request_context import Answer, Connection, Request, Web, web_of

FindPrincipal = Callable[[str], Awaitable[Principal | None]]
YEAR = 365 * 24 * 3600
LONGEST_TOKEN = 128


class Session(ASGIMiddleware):
    """Puts a Principal or None at `request.user` for every route but static ones; nobody is turned away here."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "skip_session"

    def __init__(self, find_principal: FindPrincipal) -> None:
        self.find_principal = find_principal

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Give the request its id, look the token up and go on."""
        begin_request()
        request: Request = litestar.Request(scope)
        scope["user"] = None
        speak(language_of(request))
        if token := token_of(request):
            scope["user"] = await self.find_principal(token)
        if scope["user"]:
            speak(scope["user"].language)
        await next_app(scope, receive, send)


def token_of(request: Connection) -> str | None:
    """The session token that the browser brought, if it can be one."""
    token = request.cookies.get(web_of(request).cookie("sid"), "")
    return token if 0 < len(token) <= LONGEST_TOKEN and token.isascii() else None


def language_of(request: Connection) -> str:
    """The reader's language before anyone is known: their choice, else Chinese, or English if only that is known."""
    user: Principal | None = request.scope.get("user")
    if user is not None:
        return user.language
    if (chosen := request.cookies.get("lang")) in LANGUAGES:
        return chosen
    accepted = [part.split(";")[0].strip().lower() for part in request.headers.get("accept-language", "").split(",")]
    if any(a.startswith("zh") for a in accepted):
        return CHINESE
    return ENGLISH if any(a.startswith("en") for a in accepted) else CHINESE


def start_session(request: Request, response: Answer, token: str, lifetime: int | None) -> None:
    """Give the browser a new session: seconds it may keep the cookie, None until it closes."""
    response.set_cookie(_sid(web_of(request), token, lifetime))


def end_session(request: Request, response: Answer) -> None:
    """Take the session back and what the browser stored of us."""
    response.set_cookie(_sid(web_of(request), "", 0))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _sid(web: Web, token: str, lifetime: int | None) -> Cookie:
    return Cookie(key=web.cookie("sid"), value=token, max_age=lifetime, path="/",
                  secure=web.https, httponly=True, samesite="lax")  # fmt: skip


def remember(request: Request, response: Answer, name: str, value: str) -> None:
    """Keep a taste (language, text size) in this browser for a year; nothing secret."""
    response.set_cookie(Cookie(key=name, value=value, max_age=YEAR, path="/", secure=web_of(request).https,
                               httponly=True, samesite="lax"))  # fmt: skip


HOME = "/"
_PLAIN = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/?\[\]]*", re.ASCII)


def safe_next(wanted: object, otherwise: str = HOME) -> str:
    """The path if it is one of ours, else the other. Never leaves this origin (//evil, /\\evil, CRLF, encoded)."""
    if not isinstance(wanted, str) or len(wanted) > 1000 or not _PLAIN.fullmatch(wanted):
        return otherwise
    decoded = wanted
    for _ in range(3):
        if decoded.startswith("//") or any(c in decoded for c in "\\\r\n\t\0") or not decoded.startswith("/"):
            return otherwise
        decoded = unquote(decoded)
    path = urlsplit(wanted).path
    return otherwise if "//" in unquote(path) or "/.." in unquote(unquote(path)) else wanted


def own_path(address: str | None, base_url: str) -> str | None:
    """The path and query of an absolute address of ours (Referer, HX-Current-URL); None for any other."""
    if not address:
        return None
    try:
        there, ours = urlsplit(address), urlsplit(base_url)
    except ValueError:  # http://[
        return None
    if (there.scheme, there.netloc) != (ours.scheme, ours.netloc):
        return None
    return safe_next(f"{there.path}?{there.query}" if there.query else there.path, "") or None


# people/actions: keeps tastes with the person, so that notices and other browsers follow them.
SaveTastes = Callable[[Principal, Mapping[str, object]], Awaitable[None]]


async def keep_tastes(
    request: Request, response: Redirect, *, language: str | None = None, large_text: bool | None = None
) -> Redirect:
    """Answer so from now on; what is None stays as it is."""
    if language is not None:
        speak(language)
        remember(request, response, "lang", language)
    if large_text is not None:
        remember(request, response, "text", "large" if large_text else "normal")
    tastes = {"language": language, "large_text": large_text}
    if request.user and request.app.state.save_tastes:
        await request.app.state.save_tastes(
            request.user, {name: value for name, value in tastes.items() if value is not None}
        )
    return response
