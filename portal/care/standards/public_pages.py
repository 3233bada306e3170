"""The public page of service standards."""

from litestar import Router, get
from litestar.params import FromPath
from litestar.response import Template

from portal.care.standards.actions import standards_of
from portal.kit.words import _
from portal.people.estates.queries import estate_called
from portal.web.pages.http_cache import kept_page
from portal.web.request.request_context import Request


@get("/{code:str}/standards", name="estate:standards")
async def standards(request: Request, code: FromPath[str]) -> Template:
    """The services promised, how often, and the source."""
    estate = await estate_called(code)
    standards_view = await standards_of(estate.id, estate.today)
    return kept_page(
        request, "care/standards/standards.html", title=_("Service standards"), estate=estate, standards=standards_view
    )


router = Router("/e", route_handlers=[standards], opt={"public": True, "keep": 300})
