"""What ends soon: the desk's queue of cases with lines whose three years of limitation are nearly over."""

from litestar import Request, Router, get
from litestar.response import Template

from portal.arrears import clocks
from portal.web.guards import staff
from portal.web.i18n import _
from portal.web.page import PageNumber, page


@get("/", name="desk.limitation:list")
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """Cases by the first day on which one of their lines ends."""
    found = await clocks.ending_soon(request.user, number)
    return page(request, "desk/limitation.html", title=_("Limitation ends soon"), found=found)


router = Router("/desk/limitation", route_handlers=[list_], guards=[staff(*clocks.WATCHERS)])
