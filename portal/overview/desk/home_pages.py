"""Homes and people at the desk: the list, one home with all that is about it, and the search."""

from uuid import UUID

from litestar import Request, Router, get
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.homes.directory.desk_queries import units_at
from portal.overview.desk import lookup
from portal.web.pages.guards import of_one_estate, staff
from portal.web.pages.page import PageNumber, page
from portal.web.request.i18n import _


@get("/units", name="desk.units:list", guards=[of_one_estate])
async def list_(request: Request, q: FromQuery[str] = "", number: PageNumber = 1) -> Template:
    """Homes in their natural order."""
    found = await units_at(request.user, q[:80], number)
    return page(request, "overview/desk/list.html", title=_("Homes and people"), found=found, words=q)


@get("/units/{unit:uuid}", name="desk.units:show")
async def show(request: Request, unit: FromPath[UUID]) -> Template:
    """A home with its people, its bills and what is open about it."""
    found = await lookup.unit_page(request.user, unit)
    return page(request, "overview/desk/unit_show.html", title=found.unit.name, found=found)


@get("/search", name="desk.search:show")
async def search(request: Request, q: FromQuery[str] = "") -> Template:
    """What the words at the top of every desk page find."""
    return page(
        request, "overview/desk/search.html", title=_("Search"), found=await lookup.search(request.user, q), words=q
    )


router = Router("/desk", route_handlers=[list_, show, search], guards=[staff()])
