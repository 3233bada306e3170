"""The desk's tariffs: every version with its source."""

from litestar import Router, get
from litestar.response import Template

from portal.fees.tariffs.queries import price_books
from portal.kit.words import _
from portal.web.pages.answers import page
from portal.web.pages.guards import of_one_estate, staff
from portal.web.request.request_context import Request


@get("/tariffs", name="desk.tariffs:list", guards=[staff(), of_one_estate])
async def list_(request: Request) -> Template:
    """All versions of all rates."""
    return page(request, "fees/tariffs/desk/list.html", title=_("Tariffs"), books=await price_books(request.user))


router = Router("/desk", route_handlers=[list_])
