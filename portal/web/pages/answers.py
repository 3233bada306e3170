"""How a handler answers: a page, a fragment for htmx, a PDF, a photo, or a redirect."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response
from litestar.params import QueryParameter
from litestar.response import Redirect, Template

from portal.web.request.flash import flash
from portal.web.request.request_context import Request, arrive


def pdf(content: bytes, name: str) -> Response[bytes]:
    """The PDF under this file name."""
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Content-Disposition": 'inline; filename="photo.jpg"',
}


def jpeg(data: bytes) -> Response[bytes]:
    """The JPEG; `nosniff` and `no-store` are on every answer already."""
    return Response(data, media_type="image/jpeg", headers=HEADERS)


__all__ = ["PageNumber", "address", "flash", "go", "page"]

# Which page of a list, as `page=` in the address says.
PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]


def page(request: Request, name: str, /, *, fragment: str | None = None, status: int = 200, quiet: bool = False,
         **context: Any) -> Template:  # fmt: skip
    """The whole page, or for htmx only the named fragment of it plus title and flash.

    `quiet=True` is for fragments that poll: neither the title nor the flash is touched.
    """
    arrive(request)
    context.setdefault("user", request.user)
    if fragment and request.headers.get("HX-Request-Type") == "partial":
        name, context = "layouts/fragment.html", {**context, "fragment": fragment, "quiet": quiet}
    return Template(name, context=context, status_code=status, headers={"Vary": "HX-Request-Type"})


def go(request: Request, route: str, /, *, query: dict[str, Any] | None = None, **params: Any) -> Redirect:
    """303 to a named route: the answer to every POST that succeeded."""
    return Redirect(address(request, route, query=query, **params), status_code=303)


def address(request: Request, route: str, /, *, query: dict[str, Any] | None = None, **params: Any) -> str:
    """The path of a named route, on the desk with the one estate that was chosen.

    Raises NoRouteMatchFoundException for an unknown one.
    """
    path = request.app.route_reverse(route, **params)
    user = request.scope.get("user")
    if user is not None and user.chosen and path.startswith("/desk"):
        query = {"estate": user.chosen.code, **(query or {})}
    return f"{path}?{urlencode(query, doseq=True)}" if query else path
