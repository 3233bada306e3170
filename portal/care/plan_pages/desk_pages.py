"""The desk's pages of instalments: the queue, a request with its facts, and the answer."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.care.plan_pages import queries
from portal.care.plan_pages.documents import agreement_pdf
from portal.care.plan_pages.forms import ApproveForm, CounterForm, RefuseForm, ReinstateForm
from portal.care.plans import actions, keeping
from portal.care.plans.states import PlanState
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.web.forms.unsent_forms import begun
from portal.web.pages.answers import PageNumber, flash, go, page, pdf
from portal.web.pages.guards import staff
from portal.web.request.request_context import Answer, Request


@get("/", name="desk.plans:list")
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """Plans and requests; requests that have waited too long come first. `state` shows one state only."""
    wanted = request.query_params.get("state", "")
    state = PlanState(wanted) if wanted in list(PlanState) else None
    plans = await queries.plans_on_desk(request.user, state, number)
    return page(request, "care/plan_pages/desk/list.html", title=_("Instalments"), found=plans, state=state,
                states=list(PlanState))  # fmt: skip


@get("/{plan:uuid}", name="desk.plans:show")
async def show(request: Request, plan: FromPath[UUID]) -> Template:
    """One request with all that is needed to answer it."""
    cut_off = await begun(
        request,
        approving=("approval", ApproveForm),
        countering=("counter", CounterForm),
        refusing=("refusal", RefuseForm),
        resuming=("reinstatement", ReinstateForm),
    )
    return await plan_page(request, plan, **cut_off)


@post("/{plan:uuid}/approval", name="desk.plans:approve", guards=[staff(May.answer_plans)])
async def approve(request: Request, plan: FromPath[UUID]) -> Answer:
    """Approve a request."""
    form = ApproveForm(await request.form())
    if not form.validate():
        return await plan_page(request, plan, approving=form, status=422)
    await actions.approve_plan(plan, by=request.user, text=form.text.data)
    flash(request, N_("Approved. The plan starts when the owner agrees to its terms."))
    return go(request, "desk.plans:show", plan=plan)


@post("/{plan:uuid}/counter", name="desk.plans:counter", guards=[staff(May.answer_plans)])
async def counter(request: Request, plan: FromPath[UUID]) -> Answer:
    """Offer other instalments, with reasons."""
    form = CounterForm(await request.form())
    if form.validate() and await form.accepts(actions.counter_plan(plan, by=request.user, **form.data)):
        flash(request, N_("Offered. The plan starts when the owner agrees to it."))
        return go(request, "desk.plans:show", plan=plan)
    return await plan_page(request, plan, countering=form, status=422)


@post("/{plan:uuid}/refusal", name="desk.plans:refuse", guards=[staff(May.answer_plans)])
async def refuse(request: Request, plan: FromPath[UUID]) -> Answer:
    """Refuse a request, with reasons."""
    form = RefuseForm(await request.form())
    if not form.validate():
        return await plan_page(request, plan, refusing=form, status=422)
    await actions.refuse_plan(plan, by=request.user, text=form.text.data)
    flash(request, N_("Refused. The owner can read your reasons."))
    return go(request, "desk.plans:show", plan=plan)


@post("/{plan:uuid}/reinstatement", name="desk.plans:reinstate", guards=[staff(May.answer_plans)])
async def reinstate(request: Request, plan: FromPath[UUID]) -> Answer:
    """Reinstate a broken plan, once."""
    form = ReinstateForm(await request.form())
    if not form.validate():
        return await plan_page(request, plan, resuming=form, status=422)
    await keeping.reinstate_plan(plan, by=request.user, text=form.text.data)
    flash(request, N_("The plan has been resumed. Nothing is chased while it is kept."))
    return go(request, "desk.plans:show", plan=plan)


@get("/{plan:uuid}/agreement.pdf", name="desk.plans:agreement")
async def agreed(request: Request, plan: FromPath[UUID]) -> Response[bytes]:
    """The agreement, to print; 404 before that."""
    plan_view = await queries.plan_on_desk(request.user, plan)
    return pdf(await agreement_pdf(plan_view, request.app.state.web.sandbox), "instalments.pdf")


async def plan_page(
    request: Request,
    plan: UUID,
    approving: ApproveForm | None = None,
    countering: CounterForm | None = None,
    refusing: RefuseForm | None = None,
    resuming: ReinstateForm | None = None,
    status: int = 200,
) -> Template:
    """A request and the forms to answer it; the form for another offer starts with the request and a future date."""
    plan_view = await queries.plan_on_desk(request.user, plan)
    later = max(plan_view.plan.first_on, plan_view.today)
    return page(
        request,
        "care/plan_pages/desk/show.html",
        status=status,
        title=_("Instalments for %(unit)s", unit=plan_view.plan.unit),
        found=plan_view,
        approving=approving or ApproveForm(),
        countering=countering or CounterForm(instalments=plan_view.plan.instalments, first_on=later),
        refusing=refusing or RefuseForm(),
        resuming=resuming or ReinstateForm(),
    )


router = Router(
    "/desk/plans",
    route_handlers=[list_, show, approve, counter, refuse, reinstate, agreed],
    guards=[staff(May.read_plans)],
)
