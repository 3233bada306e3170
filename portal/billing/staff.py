"""The desk's bills: find one, preview a month, publish it under one's own name."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.billing import desk
from portal.billing.forms import RunForm
from portal.billing.requesting import approve_run, ask_run
from portal.web.guards import of_one_estate, staff
from portal.web.held import begin
from portal.web.i18n import _
from portal.web.page import PageNumber, go, page


@get("/bills", name="desk.bills:list", guards=[staff(), of_one_estate])
async def list_(request: Request, q: FromQuery[str] = "", number: PageNumber = 1) -> Template:
    """Bills, found by home or number."""
    found = await desk.bills_at(request.user, q, number)
    may_run = bool(request.user.with_role(*desk.RUNNERS))
    return page(request, "desk/bills/list.html", title=_("Bills"), found=found, words=q, may_run=may_run)


@get("/bills/{bill:uuid}", name="desk.bills:show", guards=[staff()])
async def show(request: Request, bill: FromPath[UUID]) -> Template:
    """One bill as its owner sees it."""
    found = await desk.bill_at(request.user, bill)
    return page(request, "desk/bills/show.html", title=_("Bill %(month)s", month=found.bill.period), found=found)


@get("/bills/{bill:uuid}/lines/{line:uuid}", name="desk.bills:line", guards=[staff()])
async def line(request: Request, bill: FromPath[UUID], line: FromPath[UUID]) -> Template:
    """One line as its owner sees it."""
    found = await desk.line_at(request.user, bill, line)
    may_correct = bool(request.user.with_role(*desk.RUNNERS))
    return page(
        request, "desk/bills/line.html", title=_("How this sum came about"), found=found, can_correct=may_correct
    )


@get("/bill-runs", name="desk.bill-runs:list", guards=[staff(*desk.RUNNERS)])
async def runs(request: Request) -> Template:
    """The runs so far, and the form for the next."""
    return await runs_page(request, await begin(request, RunForm))


@post("/bill-runs", name="desk.bill-runs:ask", guards=[staff(*desk.RUNNERS)])
async def ask(request: Request) -> Response:
    """Have a month previewed; nothing is issued yet."""
    form = RunForm(await request.form())
    if not form.validate():
        return await runs_page(request, form, status=422)  # type: ignore[return-value]
    asked = await ask_run(request.user, form.community.data, form.month, form.issued_on.data)
    return go(request, "desk.bill-runs:show", run=asked)


@get("/bill-runs/{run:uuid}", name="desk.bill-runs:show", guards=[staff(*desk.RUNNERS)])
async def show_run(request: Request, run: FromPath[UUID]) -> Template:
    """How far it is; then what it would add, against the month before; then what it has issued."""
    found = await desk.run_at(request.user, run)
    return page(
        request, "desk/bills/run.html", fragment="desk/bills/_run.html", quiet=True, title=_("Bill run"), found=found
    )


@post("/bill-runs/{run:uuid}/publication", name="desk.bill-runs:publish", guards=[staff(*desk.RUNNERS)])
async def publish(request: Request, run: FromPath[UUID]) -> Response:
    """Publish what was previewed, under one's own name."""
    await approve_run(request.user, run)
    return go(request, "desk.bill-runs:show", run=run)


async def runs_page(request: Request, form: RunForm, status: int = 200) -> Template:
    """The page that both the GET and a form with errors show."""
    found: dict[str, Any] = {
        "runs": await desk.runs_of(request.user),
        "asked": await desk.asked_runs(request.user),
        "estates": await desk.estates_of(request.user),
    }
    return page(request, "desk/bills/runs.html", status=status, title=_("Bill runs"), form=form, **found)


router = Router("/desk", route_handlers=[list_, show, line, runs, ask, show_run, publish])
