"""One log line for each answer: route, status and time, but never who."""

from __future__ import annotations

import logging
from time import perf_counter

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("portal.access")
VERBS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


class Access:
    """Wraps the whole application, so that unknown routes and failures get a line as well."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log once how it ended; 500 if it ended without an answer."""
        if scope["type"] != ScopeType.HTTP:
            return await self.app(scope, receive, send)
        began, status = perf_counter(), 500

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sent)
        finally:
            log.log(_level(scope, status), "%s %d %.0f ms", asked(scope), status, 1000 * (perf_counter() - began))


def asked(scope: Scope) -> str:
    """GET /bills/{bill:uuid}: the route and never the path, which may hold a token, and never the query.

    What no route takes is "-": somebody may have typed anything.
    """
    verb = scope["method"] if scope["method"] in VERBS else "-"  # type: ignore[typeddict-item]
    return f"{verb} {scope.get('path_template') or '-'}"


def _level(scope: Scope, status: int) -> int:
    """What is asked for every few seconds (files of ours, by machines) only on DEBUG while all is well."""
    handler = scope.get("route_handler")
    often = handler is not None and handler.opt.get("often")
    return logging.DEBUG if often and status < 400 else logging.INFO
