"""Headers of every answer, including errors and files."""

from typing import Any

from litestar.types import Message, Scope

from portal.web.request.flash import flash_cookie
from portal.web.request.request_context import Request, Web

YEAR = 365 * 24 * 3600


def policy(web: Web) -> str:
    """The content security policy; a form may leave only for the payment page."""
    rules = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
        "connect-src 'self'", "manifest-src 'self'", "worker-src 'self'",
        f"form-action 'self' {web.checkout_origin}", "base-uri 'none'", "frame-ancestors 'none'",
    ]  # fmt: skip
    return "; ".join(rules + ["upgrade-insecure-requests"] * web.https)


def headers(web: Web) -> dict[str, str]:
    """The headers that do not depend on the request."""
    always = {
        "Content-Security-Policy": policy(web),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
    }
    return always | ({"Strict-Transport-Security": f"max-age={YEAR}; includeSubDomains"} if web.https else {})


class EveryAnswer:
    """A before_send hook: security headers, no-store unless a route says otherwise, the flash cookie."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers(web).items()]

    async def __call__(self, message: Message, scope: Scope) -> None:
        """Add them to an answer."""
        if message["type"] != "http.response.start":
            return
        # Written as bytes: a header object looks through all headers for each one that is set.
        out = [*message["headers"]]
        sent = {name.lower() for name, _value in out}
        out += [header for header in self.headers if header[0] not in sent]
        if cookie := flash_cookie(scope, self.web, Request(scope).cookies.get(self.web.cookie("flash"))):
            out.append((b"set-cookie", cookie.to_header(header="").encode("latin-1")))
            sent.add(b"set-cookie")
        if b"cache-control" not in sent:
            kept = self._keep(scope, message["status"], b"set-cookie" in sent)
            out.append((b"cache-control", kept.encode()))
        message["headers"] = out

    def _keep(self, scope: Any, status: int, sets_cookie: bool) -> str:
        handler = scope.get("route_handler")
        seconds = handler.opt.get("keep", 0) if handler else 0
        if not seconds or sets_cookie or status not in (200, 304) or scope.get("user"):
            return "no-store"
        return f"private, max-age={seconds}"
