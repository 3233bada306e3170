"""The desk's bills: find one, preview a month, publish it under one's own name."""

from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.billing import desk
from portal.billing.forms import RunForm
from portal.billing.running import publish_run
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.web.guards import staff
from portal.web.held import begin
from portal.web.i18n import _
from portal.web.page import PageNumber, flash, go, page


@get("/bills", name="desk.bills:list", guards=[staff()])
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


@post("/bill-runs/preview", name="desk.bill-runs:preview", guards=[staff(*desk.RUNNERS)], status_code=200)
async def preview(request: Request) -> Template:
    """What a run would add: sums, differences to the month before, errors by home. Nothing is saved."""
    form = RunForm(await request.form())
    if not form.validate():
        return await runs_page(request, form, status=422)
    found = await desk.preview_of(request.user, form.community.data, form.month, form.issued_on.data)
    return page(request, "desk/bills/preview.html", title=_("Preview of a bill run"), found=found)


@post("/bill-runs", name="desk.bill-runs:publish", guards=[staff(*desk.RUNNERS)])
async def publish(request: Request) -> Response:
    """Publish a month under one's own name."""
    form = RunForm(await request.form())
    if not form.validate():
        return await runs_page(request, form, status=422)  # type: ignore[return-value]
    estate = await desk.estate_called(request.user, form.community.data)
    report = await publish_run(estate.id, form.month, form.issued_on.data, approver=request.user.actor)
    _tell(request, report.as_json())
    return go(request, "desk.bill-runs:list")


def _tell(request: Request, done: dict) -> None:
    if done["errors"]:
        flash(request, N_("Nothing was issued: %(n)s errors must be mended first."), "bad", n=len(done["errors"]))
    elif done["bills"]:
        flash(request, N_("%(n)s bills issued, %(sum)s in all."), n=done["bills"], sum=Money(done["total"]))
    else:
        flash(request, N_("There was nothing to add: every line of this month is issued already."), "info")


async def runs_page(request: Request, form: RunForm, status: int = 200) -> Template:
    """The page that both the GET and a form with errors show."""
    found, estates = await desk.runs_of(request.user), await desk.estates_of(request.user)
    return page(
        request, "desk/bills/runs.html", status=status, title=_("Bill runs"), form=form, runs=found, estates=estates
    )


router = Router("/desk", route_handlers=[list_, show, line, runs, preview, publish])
