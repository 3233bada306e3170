"""Why am I here? The debtor's own cases: where they stand, why, what comes next, and what stops it."""

from litestar import Request, Router, get
from litestar.response import Template

from portal.arrears import queries
from portal.web.guards import owner
from portal.web.i18n import _
from portal.web.page import page


@get("/", name="case:show")
async def show(request: Request) -> Template:
    """One element for each of my cases."""
    return page(request, "case/show.html", title=_("Where I stand"), mine=await queries.cases_of(request.user))


router = Router("/case", route_handlers=[show], guards=[owner])
