"""Public pages that browsers may keep: each carries a fingerprint, and an unchanged one is answered with 304."""

import hashlib
from typing import Any

from litestar import Request
from litestar.response import Template
from litestar.response.base import ASGIResponse

from portal.web.page import page

# A kept page depends on the reader's language, text size and session.
VARY = "HX-Request-Type, Cookie, Accept-Language"


class Kept(Template):
    """A template whose text is compared with what the browser already has."""

    def to_asgi_response(self, app: Any, request: Request, **rest: Any) -> ASGIResponse:
        """The page, or 304 without a body when the browser's copy is the same."""
        whole = super().to_asgi_response(app, request, **rest)
        mark = f'W/"{hashlib.sha256(whole.body).hexdigest()[:32]}"'
        if mark.removeprefix("W/") in _known(request):
            return ASGIResponse(status_code=304, headers={"ETag": mark, "Vary": VARY})
        whole.headers["ETag"] = mark
        return whole


def _known(request: Request) -> set[str]:
    sent = request.headers.get("if-none-match", "")
    return {mark.strip().removeprefix("W/") for mark in sent.split(",")}


def kept_page(request: Request, name: str, **context: Any) -> Template:
    """What `page` gives, with a fingerprint; for routes with `opt={"public": True, "keep": seconds}`."""
    made = page(request, name, **context)
    return Kept(name, context=made.context, headers={"Vary": VARY})
