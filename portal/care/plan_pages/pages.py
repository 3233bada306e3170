"""The owner's pages of instalments: request with a preview, agree, withdraw, download the agreement."""

from datetime import timedelta
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Template

from portal.care.plan_pages import queries
from portal.care.plan_pages.documents import agreement_pdf
from portal.care.plan_pages.forms import AgreeForm, PlanForm
from portal.care.plans import actions, choosing
from portal.care.plans.rows import PlanPage
from portal.care.plans.rules import LEAST
from portal.kit.i18n import N_
from portal.kit.words import _, say
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page, pdf
from portal.web.pages.guards import owner
from portal.web.request.request_context import Answer, Request


@get("/", name="plans:list")
async def list_(request: Request) -> Template:
    """All plans and requests of the reader."""
    return page(
        request, "care/plan_pages/list.html", title=_("Pay by instalments"), plans=await queries.plans_of(request.user)
    )


@get("/new", name="plans:new")
async def new(request: Request) -> Template:
    """The form; with `preview=1` also the dates and sums of the choice in the address."""
    asked = PlanForm(FormMultiDict(request.query_params.multi_items()))
    if asked.preview.data:
        return await _asking(request, asked)
    offer = await choosing.offer_to(request.user, asked.bill.data or ())
    first_on = offer.today + timedelta(days=7)
    form = await begin(request, PlanForm, bill=offer.chosen, instalments=LEAST + 1, first_on=first_on)
    return await new_page(request, form)


@post("/new", name="plans:ask")
async def ask(request: Request) -> Answer:
    """Ask for a plan, or with `preview=1` only show it."""
    form = PlanForm(await request.form())
    if form.preview.data:
        return await _asking(request, form)
    bills, n, first_on, why = form.bill.data, form.instalments.data, form.first_on.data, form.hardship.data
    if form.validate() and await form.accepts(actions.request_plan(request.user, bills, n, first_on, why)):
        flash(request, N_("We have received your request and will answer you here."))
        return go(request, "plans:show", plan=form.outcome)
    return await new_page(request, form, status=422)


async def _asking(request: Request, form: PlanForm) -> Template:
    bills, n, first_on = form.bill.data, form.instalments.data, form.first_on.data
    if form.validate() and await form.accepts(choosing.preview(request.user, bills, n, first_on)):
        return await new_page(request, form)
    return await new_page(request, form, status=422)


async def new_page(request: Request, form: PlanForm, status: int = 200) -> Template:
    """The form with the bills that can be chosen, and the preview if it was asked for."""
    offer = await choosing.offer_to(request.user, form.bill.data or ())
    form.offer(offer.bills)
    title = _("Ask for instalments")
    return page(
        request, "care/plan_pages/new.html", status=status, title=title, form=form, offer=offer, preview=form.outcome
    )


@get("/{plan:uuid}", name="plans:show")
async def show(request: Request, plan: FromPath[UUID]) -> Template:
    """One plan."""
    return await plan_page(request, plan, AgreeForm())


@post("/{plan:uuid}/acceptance", name="plans:agree")
async def agree(request: Request, plan: FromPath[UUID]) -> Answer:
    """Agree to exactly the text on the page."""
    form = AgreeForm(await request.form())
    plan_view = await queries.plan_of(request.user, plan)
    if not form.validate():
        return await plan_page(request, plan, form, status=422)
    await actions.agree_plan(plan, by=request.user, text=agreement(plan_view))
    flash(request, N_("The plan has started. Nothing is chased while you keep to it."))
    return go(request, "plans:show", plan=plan)


@post("/{plan:uuid}/withdrawal", name="plans:withdraw")
async def withdraw(request: Request, plan: FromPath[UUID]) -> Answer:
    """Withdraw a request, or decline an offer."""
    await actions.withdraw_plan(plan, by=request.user)
    flash(request, N_("Your request has been withdrawn."))
    return go(request, "plans:show", plan=plan)


async def plan_page(request: Request, plan: UUID, form: AgreeForm, status: int = 200) -> Template:
    """A plan with its text and the actions that are possible now."""
    plan_view = await queries.plan_of(request.user, plan)
    title = _("Instalments for %(unit)s", unit=plan_view.plan.unit)
    text = agreement(plan_view)
    return page(request, "care/plan_pages/show.html", status=status, title=title, found=plan_view, form=form, text=text)


@get("/{plan:uuid}/agreement.pdf", name="plans:agreement")
async def agreed(request: Request, plan: FromPath[UUID]) -> Response[bytes]:
    """The agreement, to keep; 404 before that."""
    plan_view = await queries.plan_of(request.user, plan)
    return pdf(await agreement_pdf(plan_view, request.app.state.web.sandbox), "instalments.pdf")


def agreement(view: PlanPage) -> str:
    """The text to agree to in the reader's language, one sentence a line; later the text that was agreed."""
    return view.agreed_text or "\n".join(say(sentence) for sentence in view.terms)


router = Router("/plans", route_handlers=[list_, new, ask, show, agree, withdraw, agreed], guards=[owner])
