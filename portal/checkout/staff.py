"""The desk's page of money and messages that fit nothing."""

from litestar import Request, Router, get
from litestar.response import Template

from portal.checkout.desk import SETTLERS, unmatched_of
from portal.web.guards import staff
from portal.web.i18n import _
from portal.web.page import page


@get("/", name="desk.unmatched:list")
async def list_(request: Request) -> Template:
    """What somebody must look at, and what to do about it."""
    found = await unmatched_of(request.user)
    return page(request, "payments/unmatched.html", title=_("Money to decide on"), found=found)


router = Router("/desk/unmatched", route_handlers=[list_], guards=[staff(*SETTLERS)])
