"""The owner's pages of bills: the list, one bill, one line explained."""

from uuid import UUID

from litestar import Router, get
from litestar.params import FromPath
from litestar.response import Template

from portal.fees.bills import queries
from portal.kit.words import _
from portal.web.pages.answers import PageNumber, page
from portal.web.pages.guards import owner
from portal.web.request.request_context import Request


@get("/", name="bills:list")
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """All bills of the reader, newest first."""
    return page(
        request, "fees/bills/list.html", title=_("My bills"), found=await queries.bills_of(request.user, number)
    )


@get("/{bill:uuid}", name="bills:show")
async def show(request: Request, bill: FromPath[UUID]) -> Template:
    """One bill with its lines."""
    bill_view = await queries.bill_of(request.user, bill)
    return page(
        request, "fees/bills/show.html", title=_("Bill %(month)s", month=bill_view.bill.period), found=bill_view
    )


@get("/{bill:uuid}/lines/{line:uuid}", name="bills:line")
async def line(request: Request, bill: FromPath[UUID], line: FromPath[UUID]) -> Template:
    """One line, with the explanation of its sum."""
    line_view = await queries.line_of(request.user, bill, line)
    return page(request, "fees/bills/line.html", title=_("How this amount was calculated"), found=line_view)


router = Router("/bills", route_handlers=[list_, show, line], guards=[owner])
