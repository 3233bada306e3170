"""The public page of common-area income and how it is used."""

from litestar import Router, get
from litestar.params import FromPath
from litestar.response import Template

from portal.accounts.common_areas.queries import register_of
from portal.kit.words import _
from portal.people.estates.queries import estate_called
from portal.web.pages.http_cache import kept_page
from portal.web.request.request_context import Request


@get("/{code:str}/common-areas", name="estate:common_areas")
async def common_areas(request: Request, code: FromPath[str]) -> Template:
    """Contracts with what fell due and came in this year, and the pots with their movements."""
    estate = await estate_called(code)
    register = await register_of(estate.id, estate.today)
    return kept_page(
        request,
        "accounts/common_areas/public/common_areas.html",
        title=_("Common areas"),
        estate=estate,
        found=register,
    )


router = Router("/e", route_handlers=[common_areas], opt={"public": True, "keep": 300})
