"""The desk's pages of bills: the list, one bill, one line as its owner sees it."""

from uuid import UUID

from litestar import Router, get
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.fees.bills import desk_queries
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.web.pages.answers import PageNumber, page
from portal.web.pages.guards import of_one_estate, staff
from portal.web.request.request_context import Request


@get("/", name="desk.bills:list", guards=[of_one_estate])
async def list_(request: Request, q: FromQuery[str] = "", number: PageNumber = 1) -> Template:
    """Bills, searched by home or number."""
    bills = await desk_queries.bills_at(request.user, q, number)
    may_run = bool(request.user.where(May.read_bill_runs))
    return page(request, "fees/bills/desk/list.html", title=_("Bills"), found=bills, words=q, may_run=may_run)


@get("/{bill:uuid}", name="desk.bills:show")
async def show(request: Request, bill: FromPath[UUID]) -> Template:
    """One bill, as its owner sees it."""
    bill_view = await desk_queries.bill_at(request.user, bill)
    return page(
        request, "fees/bills/desk/show.html", title=_("Bill %(month)s", month=bill_view.bill.period), found=bill_view
    )


@get("/{bill:uuid}/lines/{line:uuid}", name="desk.bills:line")
async def line(request: Request, bill: FromPath[UUID], line: FromPath[UUID]) -> Template:
    """One line of a bill, as its owner sees it."""
    line_view = await desk_queries.line_at(request.user, bill, line)
    may_correct = bool(request.user.where(May.ask_corrections))
    return page(
        request,
        "fees/bills/desk/line.html",
        title=_("How this amount was calculated"),
        found=line_view,
        can_correct=may_correct,
    )


router = Router("/desk/bills", route_handlers=[list_, show, line], guards=[staff()])
