"""What was typed into a form while the session ran out: kept for the same person, given back once.

Passwords, codes and files are never kept. The rows belong to people/held.py; here is only HTTP.
"""

import logging
from typing import Any, Protocol, TypeVar

from litestar import Request
from litestar.datastructures import FormMultiDict

from portal.kit.i18n import N_
from portal.people.principal import Principal
from portal.web.flash import flash
from portal.web.forms import Form
from portal.web.here import web_of
from portal.web.next_path import own_path, safe_next
from portal.web.session import token_of

F = TypeVar("F", bound=Form)
Fields = dict[str, list[str]]
SECRETS = ("password", "code", "totp", "token", "_once")
MOST_BYTES = 20_000
log = logging.getLogger("portal.web")


class Holder(Protocol):
    """What people/held.py offers."""

    async def hold_form(self, expired_token: str, path: str, fields: Fields) -> bool:
        """Keep the fields for the person whose session this token was; False if it never was one."""

    async def take_form(self, principal: Principal, path: str) -> Fields | None:
        """Give them back and forget them; None for anybody else, any other page, or too late."""


async def hold(request: Request) -> str:
    """Keep what a signed-out POST brought, and say which page to return to."""
    if request.method == "GET":
        return safe_next(f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path)
    base = web_of(request).base_url
    back = own_path(request.headers.get("hx-current-url") or request.headers.get("referer"), base)
    back = back or (request.url.path if _can_get(request) else "/")
    token, holder = token_of(request), request.app.state.holder
    if token and holder and request.method == "POST":
        fields = worth_keeping(await request.form())
        if fields and not await holder.hold_form(token, path_only(back), fields):
            log.info("a form came with a token that was never a session")
    return back


def worth_keeping(sent: FormMultiDict) -> Fields:
    """The text fields of a form without secrets and files; nothing if it is too long to be honest typing."""
    fields: Fields = {}
    for name, value in sent.multi_items():
        text = isinstance(value, str) and value and "\0" not in name + value  # jsonb takes no NUL
        if text and not any(s in name.lower() for s in SECRETS):
            fields.setdefault(name, []).append(value)
    size = sum(len(v.encode()) for values in fields.values() for v in values)
    return fields if size <= MOST_BYTES and len(fields) <= 50 else {}


async def begin(request: Request, kind: type[F], **values: Any) -> F:
    """The form for a GET: with what survived an expired session if there is some, else with these values."""
    holder = request.app.state.holder
    if holder and request.user and (fields := await holder.take_form(request.user, request.url.path)):
        flash(request, N_("You were signed out for safety. What you had typed is still here."), "info")
        return kind(FormMultiDict([(name, v) for name, values_ in fields.items() for v in values_]))
    return kind(**values)


def path_only(address: str) -> str:
    """Without the query."""
    return address.partition("?")[0]


def _can_get(request: Request) -> bool:
    path = request.scope.get("path_template", request.url.path)
    return any(r.path == path and "GET" in getattr(r, "methods", ()) for r in request.app.routes)
