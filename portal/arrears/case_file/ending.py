"""What ends soon, as queues of the desk: lines whose three years of limitation are nearly over, and holds by hand."""

from litestar import Request, Router, get
from litestar.response import Template

from portal.arrears.contacts import queries as onhold
from portal.arrears.limitation import queries as clocks
from portal.people.persons.permissions import May
from portal.web.pages.guards import staff
from portal.web.pages.page import PageNumber, page
from portal.web.request.i18n import _


@get("/limitation", name="desk.limitation:list", guards=[staff(May.read_limitation)])
async def limitation(request: Request, number: PageNumber = 1) -> Template:
    """Cases by the first day on which one of their lines ends."""
    found = await clocks.ending_soon(request.user, number)
    return page(request, "arrears/case_file/desk/limitation.html", title=_("Limitation ends soon"), found=found)


@get("/holds", name="desk.holds:list", guards=[staff(May.read_holds)])
async def holds(request: Request, number: PageNumber = 1) -> Template:
    """Holds by hand, by the day on which they end."""
    found = await onhold.holds_by_hand(request.user, number)
    return page(request, "arrears/case_file/desk/holds.html", title=_("Holds by hand"), found=found)


router = Router("/desk", route_handlers=[limitation, holds])
