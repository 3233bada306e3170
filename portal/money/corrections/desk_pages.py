"""The desk's corrections: request one for a line, answer those of others."""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.fees.bills.desk_queries import line_at
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.money.corrections import actions, queries
from portal.money.corrections.forms import CorrectionForm, RefusalForm
from portal.money.online.queries import CLOSING
from portal.people.persons.permissions import May
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import staff, stepped_up
from portal.web.request.request_context import Answer, Request


@get("/corrections", name="desk.corrections:list", guards=[staff(May.read_corrections)])
async def list_(request: Request) -> Template:
    """The requests that wait, and those that were answered."""
    return await list_page(request, await begin(request, RefusalForm))


@get(
    "/bills/{bill:uuid}/lines/{line:uuid}/correction", name="desk.corrections:new", guards=[staff(May.ask_corrections)]
)
async def new(request: Request, bill: FromPath[UUID], line: FromPath[UUID]) -> Template:
    """The form, with the line it is about."""
    return await new_page(request, bill, line, await begin(request, CorrectionForm))


@post(
    "/bills/{bill:uuid}/lines/{line:uuid}/correction", name="desk.corrections:ask", guards=[staff(May.ask_corrections)]
)
async def ask(request: Request, bill: FromPath[UUID], line: FromPath[UUID]) -> Answer:
    """Ask for a correction."""
    form = CorrectionForm(await request.form())
    wanted = {"kind": form.kind.data, "amount": form.amount.data, "reason": form.reason.data}
    if form.validate() and await form.accepts(actions.ask_correction(request.user, line, **wanted)):
        flash(request, N_("The correction is waiting for a manager's approval."))
        return go(request, "desk.corrections:list")
    return await new_page(request, bill, line, form, status=422)


@post(
    "/corrections/{correction:uuid}/approval",
    name="desk.corrections:approve",
    guards=[staff(May.approve_corrections), stepped_up],
)
async def approve(request: Request, correction: FromPath[UUID]) -> Answer:
    """Approve the request of another person."""
    online = await queries.open_online_of(request.user, correction)
    await actions.approve_correction(request.user, correction)
    flash(request, N_("The line has been corrected and the owner notified."))
    if online:
        flash(request, CLOSING, "info", sum=online)
    return go(request, "desk.corrections:list")


@post("/corrections/{correction:uuid}/refusal", name="desk.corrections:refuse", guards=[staff(May.approve_corrections)])
async def refuse(request: Request, correction: FromPath[UUID]) -> Answer:
    """Refuse a request with a reason."""
    form = RefusalForm(await request.form())
    if not form.validate():
        return await list_page(request, form, status=422)
    await actions.refuse_correction(request.user, correction, form.text.data)
    flash(request, N_("The correction has been refused."), "info")
    return go(request, "desk.corrections:list")


async def list_page(request: Request, form: RefusalForm, status: int = 200) -> Template:
    """The list, for both verbs."""
    rows = await queries.corrections_at(request.user)
    return page(request, "money/corrections/list.html", status=status, title=_("Corrections"), rows=rows, form=form)


async def new_page(request: Request, bill: UUID, line: UUID, form: CorrectionForm, status: int = 200) -> Template:
    """The form, for both verbs."""
    line_view = await line_at(request.user, bill, line)
    return page(
        request, "money/corrections/new.html", status=status, title=_("Correct a line"), found=line_view, form=form
    )


router = Router("/desk", route_handlers=[list_, new, ask, approve, refuse])
