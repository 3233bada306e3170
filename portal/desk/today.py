"""What is due today, as one list to print and take along."""

from litestar import Request, Router, get
from litestar.response import Template

from portal.desk.queries import today_of
from portal.web.guards import of_one_estate, staff
from portal.web.i18n import _
from portal.web.page import page


@get("/today", name="desk:today", guards=[staff(), of_one_estate])
async def today(request: Request) -> Template:
    """Today's list."""
    return page(request, "desk/today.html", title=_("Due today"), today=await today_of(request.user))


router = Router("/desk", route_handlers=[today])
