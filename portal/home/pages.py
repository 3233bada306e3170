"""The owner's first page."""

from litestar import Request, Router, get
from litestar.response import Template

from portal.home import queries
from portal.web.guards import owner
from portal.web.i18n import _
from portal.web.page import page


@get("/", name="home:show")
async def show(request: Request) -> Template:
    """What I owe and by when, what is new, what was done."""
    return page(request, "home/show.html", title=_("Home"), home=await queries.home_of(request.user))


router = Router("/", route_handlers=[show], guards=[owner])
