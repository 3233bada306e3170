"""The public price list (价格公示)."""

from litestar import Router, get
from litestar.params import FromPath
from litestar.response import Template

from portal.fees.tariffs.queries import price_list
from portal.kit.words import _
from portal.people.estates.queries import estate_called
from portal.web.pages.http_cache import kept_page
from portal.web.request.request_context import Request


@get("/{code:str}/prices", name="estate:prices")
async def prices(request: Request, code: FromPath[str]) -> Template:
    """The rates in force and those announced, with formula, rounding and source."""
    estate = await estate_called(code)
    items = await price_list(estate.id, estate.today)
    return kept_page(request, "fees/tariffs/public/prices.html", title=_("Price list"), estate=estate, items=items)


router = Router("/e", route_handlers=[prices], opt={"public": True, "keep": 300})
