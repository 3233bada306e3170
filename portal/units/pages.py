"""The owner's household: which homes are theirs, and with whom."""

from litestar import Request, Router, get
from litestar.response import Template

from portal.kit import clock
from portal.units.household import homes_of
from portal.web.guards import owner
from portal.web.i18n import _
from portal.web.page import page


@get("/household", name="household:show")
async def show(request: Request) -> Template:
    """Homes with their co-owners and tenants, as they are today."""
    homes = await homes_of(request.user, clock.now())
    return page(request, "settings/household.html", title=_("My homes"), homes=homes)


router = Router("/", route_handlers=[show], guards=[owner])
