"""Who is asking: the session cookie becomes a Principal, and the language is chosen."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from portal.people.persons.principal import Principal
from portal.platform.audit.actions import begin_request
from portal.web.request import i18n
from portal.web.request.request_context import Web, web_of

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
        request: Request = Request(scope)
        scope["user"] = None
        i18n.speak(language_of(request))
        if token := token_of(request):
            scope["user"] = await self.find_principal(token)
        if scope["user"]:
            i18n.speak(scope["user"].language)
        await next_app(scope, receive, send)


def token_of(request: Any) -> str | None:
    """The session token that the browser brought, if it can be one."""
    token = request.cookies.get(web_of(request).cookie("sid"), "")
    return token if 0 < len(token) <= LONGEST_TOKEN and token.isascii() else None


def language_of(request: Any) -> str:
    """The reader's language before anyone is known: their choice, else Chinese, or English if only that is known."""
    user = request.scope.get("user")
    if user is not None:
        return user.language
    if (chosen := request.cookies.get("lang")) in i18n.LANGUAGES:
        return chosen
    accepted = [part.split(";")[0].strip().lower() for part in request.headers.get("accept-language", "").split(",")]
    if any(a.startswith("zh") for a in accepted):
        return i18n.CHINESE
    return i18n.ENGLISH if any(a.startswith("en") for a in accepted) else i18n.CHINESE


def start_session(request: Request, response: Response, token: str, lifetime: int | None) -> None:
    """Give the browser a new session: seconds it may keep the cookie, None until it closes."""
    response.set_cookie(_sid(web_of(request), token, lifetime))


def end_session(request: Request, response: Response) -> None:
    """Take the session back and what the browser stored of us."""
    response.set_cookie(_sid(web_of(request), "", 0))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _sid(web: Web, token: str, lifetime: int | None) -> Cookie:
    return Cookie(key=web.cookie("sid"), value=token, max_age=lifetime, path="/",
                  secure=web.https, httponly=True, samesite="lax")  # fmt: skip


def remember(request: Request, response: Response, name: str, value: str) -> None:
    """Keep a taste (language, text size) in this browser for a year; nothing secret."""
    response.set_cookie(Cookie(key=name, value=value, max_age=YEAR, path="/", secure=web_of(request).https,
                               httponly=True, samesite="lax"))  # fmt: skip
