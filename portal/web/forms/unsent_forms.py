"""What was typed into a form when the session ended: kept for the same person, given back once.

Whose page the form stood on is signed in the form itself. Passwords, codes and files are never kept. The rows belong
to people/persons/unsent_forms.py; here is only HTTP.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from litestar.datastructures import FormMultiDict, UploadFile

from portal.kit import clock
from portal.kit.i18n import N_
from portal.people.persons.principal import Principal
from portal.web.forms.forms import Form
from portal.web.request.flash import flash
from portal.web.request.request_context import Request, Web, web_of
from portal.web.request.session import own_path, safe_next, token_of

FIELD = "_whose"
LASTS = timedelta(days=31)  # as long as the longest session, so as long as a page can have been open
MAC = 32


def sealed(web: Web, human: UUID) -> str:
    """The human and the time, signed, for a field of the form."""
    body = f"{human.hex}.{int(clock.real_now().timestamp())}"
    return f"{body}.{_sign(web, body)}"


def opened(web: Web, text: object) -> UUID | None:
    """The human; None if we did not sign it, or if it is too old."""
    body, _dot, mac = text.rpartition(".") if isinstance(text, str) and text.isascii() else ("", "", "")
    if not hmac.compare_digest(mac, _sign(web, body)):
        return None
    human, _dot, at = body.partition(".")
    return UUID(human) if clock.real_now().timestamp() - int(at) <= LASTS.total_seconds() else None


def _sign(web: Web, body: str) -> str:
    return hmac.new(web.secret, b"whose:" + body.encode(), hashlib.sha256).hexdigest()[:MAC]


F = TypeVar("F", bound=Form)
Fields = dict[str, list[str]]
SECRETS = ("password", "code", "totp", "token", "_once", FIELD)
POSTED = "_posted"  # kept with the fields: the last word of the address that they were sent to
FILES = "_files"  # kept with the fields: the names of the files that were not
MOST_BYTES, MOST_FILES, LONGEST_NAME = 20_000, 5, 80
KEPT = N_("You were signed out. What you typed will be kept for two hours: sign in, and it will be there.")
LOST = N_("You were signed out, so what you sent was not saved. Please sign in and send it again.")
BACK = N_("For your security you were signed out. What you typed is still here.")
AGAIN = N_("Files were not kept. Please choose them again: %(names)s")


class Holder(Protocol):
    """The functions of people/persons/unsent_forms.py."""

    async def hold_form(self, expired_token: str, path: str, fields: Fields) -> bool:
        """Keep the fields for the person whose session this token was; False if it never was one."""

    async def hold_form_of(self, human: UUID, path: str, fields: Fields) -> bool:
        """Keep them for this person."""

    async def take_form(self, principal: Principal, path: str) -> Fields | None:
        """Give them back and forget them; None for anybody else, any other page, or too late."""


async def hold(request: Request) -> str:
    """Keep the fields of a signed-out POST, and return the page to come back to."""
    if request.method == "GET":
        return safe_next(f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path)
    base = web_of(request).base_url
    sent = await request.form() if request.method == "POST" else FormMultiDict()
    fields = worth_keeping(sent) | _files(sent)
    back = own_path(request.headers.get("hx-current-url") or request.headers.get("referer"), base)
    back = back or _page_of(request, fields)
    if fields:
        kept = await _keep(request, sent, path_only(back), fields | {POSTED: [_last(request.url.path)]})
        if request.scope.get("user") is None:  # who is asked to prove it again was not signed out
            flash(request, KEPT if kept else LOST, "info" if kept else "bad")
    return back


async def _keep(request: Request, sent: FormMultiDict, path: str, fields: Fields) -> bool:
    """For whoever the session was, else for whom the form was made; False when neither is known."""
    holder, token = request.app.state.holder, token_of(request)
    if holder is None:
        return False
    if token and await holder.hold_form(token, path, fields):
        return True
    human = opened(web_of(request), sent.get(FIELD))
    return human is not None and await holder.hold_form_of(human, path, fields)


def _files(sent: FormMultiDict) -> Fields:
    names = [file.filename[:LONGEST_NAME] for _name, file in sent.multi_items() if isinstance(file, UploadFile)]
    chosen = [name.replace("\0", "") for name in names if name][:MOST_FILES]
    return {FILES: chosen} if chosen else {}


def worth_keeping(sent: FormMultiDict) -> Fields:
    """The text fields of a form without secrets and files; nothing if it is too long to be honest typing."""
    fields: Fields = {}
    for name, value in sent.multi_items():
        text = isinstance(value, str) and value and "\0" not in name + value  # jsonb takes no NUL
        if text and not any(s in name.lower() for s in SECRETS):
            fields.setdefault(name, []).append(value)
    size = sum(len(v.encode()) for values in fields.values() for v in values)
    return fields if size <= MOST_BYTES and len(fields) <= 50 else {}


async def begin(request: Request, kind: Callable[..., F], /, **values: Any) -> F:
    """The form for a GET: with the fields of an expired session if there are any, else with these values."""
    fields = await _taken(request)
    return kind(_sent(fields)) if fields else kind(**values)


async def begun(request: Request, **kinds: tuple[str, Callable[..., Form]]) -> dict[str, Any]:
    """On a page with several forms: the one that an expired session cut off, by its name, or nothing.

    `kinds` says for each name the last word of the path it is posted to, and its class.
    """
    fields = await _taken(request)
    word = (fields or {}).get(POSTED, [""])[0]
    return {name: kind(_sent(fields)) for name, (posted_to, kind) in kinds.items() if fields and posted_to == word}


async def _taken(request: Request) -> Fields | None:
    holder = request.app.state.holder
    fields = await holder.take_form(request.user, request.url.path) if holder and request.user else None
    if fields:
        flash(request, BACK, "info")
        if names := fields.pop(FILES, None):
            flash(request, AGAIN, "bad", names=", ".join(names))
    return fields


def _sent(fields: Fields) -> FormMultiDict:
    return FormMultiDict([(name, value) for name, values in fields.items() for value in values])


def path_only(address: str) -> str:
    """The path without the query."""
    return address.partition("?")[0]


def _page_of(request: Request, fields: Fields) -> str:
    """The page of a form when the browser does not tell: its own address or the one above, naming what it is about."""
    query = request.url.query or urlencode([(n, v) for n, values in fields.items() for v in values if _is_id(v)])
    template = request.scope.get("path_template", request.url.path)
    for path, pattern in ((request.url.path, template), (_above(request.url.path), _above(template))):
        if any(r.path_format == pattern and "GET" in getattr(r, "methods", ()) for r in request.app.routes):
            return safe_next(f"{path}?{query}" if query else path, path)
    return "/"


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
