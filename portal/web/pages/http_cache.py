"""Public pages with a fingerprint, so that an unchanged one is answered with 304.

The fingerprint is that of the page; where the page is large, of the facts it is made from, so that it need not be made.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Response
from litestar.response import Template
from litestar.response.base import ASGIResponse

from portal.kit.language import language
from portal.kit.words import LOCALE
from portal.web.pages.answers import page
from portal.web.request.request_context import Request

# A kept page depends on the reader's language, text size and session.
VARY = "HX-Request-Type, Cookie, Accept-Language"
TEMPLATES = Path(__file__).parents[3] / "templates"


class Kept(Template):
    """A template whose text, or whose facts, are compared with what the browser already has."""

    mark: str = ""

    def to_asgi_response(self, app: Any, request: Request, **rest: Any) -> ASGIResponse:
        """The page, or 304 without a body when the browser's copy is the same."""
        whole = super().to_asgi_response(app, request, **rest)
        mark = self.mark or _tag(whole.body)
        if mark.removeprefix("W/") in _known(request):
            return ASGIResponse(status_code=304, headers={"ETag": mark, "Vary": VARY})
        whole.headers["ETag"] = mark
        return whole


def kept_page(request: Request, name: str, mark: str = "", **context: Any) -> Template:
    """What `page` gives, with a fingerprint; for routes with `opt={"public": True, "keep": seconds}`."""
    made = page(request, name, **context)
    kept = Kept(name, context=made.context, headers={"Vary": VARY})
    kept.mark = mark
    return kept


def mark_of(request: Request, *facts: object) -> str:
    """The fingerprint of a page that is made of these facts alone, for this reader and these templates."""
    reader = (request.headers.get(name, "") for name in ("cookie", "hx-request-type"))
    return _tag("\0".join(map(str, (_build(), language(), *reader, *facts))).encode())


def unchanged(request: Request, mark: str) -> Response[None] | None:
    """304 when the browser has the page of this fingerprint already."""
    if mark.removeprefix("W/") not in _known(request):
        return None
    return Response(None, status_code=304, headers={"ETag": mark, "Vary": VARY})


def _tag(content: bytes) -> str:
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'


def _known(request: Request) -> set[str]:
    sent = request.headers.get("if-none-match", "")
    return {mark.strip().removeprefix("W/") for mark in sent.split(",")}


@cache
def _build() -> str:
    """Of everything that pages are made of besides their facts."""
    files = sorted([*TEMPLATES.rglob("*.html"), *Path(LOCALE).rglob("*.po")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
