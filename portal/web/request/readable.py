"""Refuse unreadable requests with 400 in one place, before any page or query sees them."""

from urllib.parse import urlsplit

import litestar
from litestar.datastructures import FormMultiDict
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, InternalServerException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from litestar_htmx import HTMXRequest

from portal.platform.process.settings import LOOPBACK
from portal.web.request.request_context import Request, web_of

FORM = "portal.form"  # where the form of a request is found again when it is refused


class Readable(ASGIMiddleware):
    """Runs first: an address that no browser of ours sends, or a NUL in it, which PostgreSQL cannot even compare."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let it pass or raise ClientException."""
        request: Request = litestar.Request(scope)
        try:
            texts = [request.url.path, *(text for pair in request.query_params.multi_items() for text in pair)]
            ours = scope["route_handler"].opt.get("machine") or reached_by_our_name(request)
        except ValueError as error:  # a Host that is none, or a query that is not even ASCII
            raise ClientException from error
        if not ours or any("\0" in text for text in texts):
            raise ClientException
        await next_app(scope, receive, send)


def reached_by_our_name(request: Request) -> bool:
    """Whether its one Host is ours, or this machine as its operator calls it; the port is the proxy's business.

    Not asked of what machines look at (`opt={"machine": True}`): probes come by the address of the moment.
    Raises ValueError for a Host that is none.
    """
    named = request.headers.getall("host", [])
    if len(named) != 1:
        return False
    ours = urlsplit(web_of(request).base_url).hostname
    return urlsplit(f"//{named[0]}").hostname in {ours, *LOOPBACK}


class Asked(HTMXRequest):
    """A request whose form is text that can be stored and shown again, or is refused as a whole."""

    async def form(self) -> FormMultiDict:
        """The fields and files. Raises ClientException when it is no form, not Unicode, or came only in part."""
        try:
            sent = await super().form()
            for name, value in sent.multi_items():
                name.encode()
                if isinstance(value, str):
                    value.encode()
        except (UnicodeError, LookupError) as error:  # each part of a form may name a charset, known or not
            raise ClientException from error
        except (
            InternalServerException
        ) as error:  # what Litestar calls a browser that left while sending: no fault of ours
            raise ClientException from error
        self.scope[FORM] = sent  # type: ignore[literal-required]
        return sent
