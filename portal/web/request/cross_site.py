"""Refuse requests from other sites: by Fetch-Metadata, else by Origin."""

from typing import Any
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from portal.web.request.request_context import Request, Web, web_of

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class CrossSite(Exception):
    """An unsafe request that did not come from a page of ours (403)."""


class SameSiteOnly(ASGIMiddleware):
    """Runs before anybody is looked up. The Stripe webhook alone says `opt={"cross_site": True}`."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "cross_site"

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let it pass or raise CrossSite."""
        request: Request = Request(scope)
        if request.method not in SAFE and not own(request, web_of(request)):
            raise CrossSite
        await next_app(scope, receive, send)


def own(request: Any, web: Web) -> bool:
    """Whether an unsafe request comes from our own pages."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "none":
        return bool(site == "same-origin")
    # Old browsers and plain http send no Fetch-Metadata; "none" (typed by the person) never makes a POST of ours.
    return request.headers.get("origin") in our_origins(request, web)


def our_origins(request: Any, web: Web) -> set[str]:
    """The origin people reach us by; off production also the name of this machine they happened to use."""
    ours = urlsplit(web.base_url)
    origins = {f"{ours.scheme}://{ours.netloc}"}
    if web.sandbox and (host := request.headers.get("host", "")).split(":")[0] in ("127.0.0.1", "localhost"):
        origins.add(f"{ours.scheme}://{host}")
    return origins
