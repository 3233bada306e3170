"""What somebody who knows every id of a home would send to a route."""

from __future__ import annotations

import httpx

from tests.populated import Home
from tests.web.walk.routes import Route

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


async def ask(
    client: httpx.AsyncClient, route: Route, address: str, home: Home, fragment: bool = False
) -> httpx.Response:
    """The page, or with `fragment` what htmx would get of it; a form that would work where the route takes one."""
    headers = FRAGMENT if fragment else {}
    if route.method == "GET":
        return await client.get(address, headers=headers)
    return await client.request(route.method, address, data=route.form(home), headers=headers)
