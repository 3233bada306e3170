"""What is due today, as one list to print and take along."""

from litestar import Request, Router, get
from litestar.response import Template

from portal.overview.desk.queries import today_of
from portal.web.pages.guards import of_one_estate, staff
from portal.web.pages.page import page
from portal.web.request.i18n import _


@get("/today", name="desk:today", guards=[staff(), of_one_estate])
async def today(request: Request) -> Template:
    """Today's list."""
    return page(request, "overview/desk/today.html", title=_("Due today"), today=await today_of(request.user))


router = Router("/desk", route_handlers=[today])
