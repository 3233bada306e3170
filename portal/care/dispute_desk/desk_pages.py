"""The desk's disputes: the queue, and one dispute with everything about it."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Template

from portal.care.dispute_desk import actions as deciding, desk_queries as desk
from portal.care.dispute_desk.actions import FIELDS, rectify
from portal.care.disputes import forms
from portal.care.disputes.states import Outcome
from portal.kit.i18n import N_
from portal.kit.money import ZERO, Money
from portal.kit.words import _
from portal.money.online.queries import CLOSING
from portal.people.persons.permissions import May
from portal.web.forms.forms import UPLOAD_BYTES, Form
from portal.web.forms.unsent_forms import begun
from portal.web.pages.answers import flash, go, jpeg, page
from portal.web.pages.guards import of_one_estate, staff
from portal.web.request.request_context import Answer, Request

ByState = Annotated[str, QueryParameter(name="state")]  # Litestar reserves the word `state`


@get("/", name="desk.disputes:list", guards=[of_one_estate])
async def list_(
    request: Request, show: FromQuery[str] = "open", department: FromQuery[str] = "", chosen: ByState = ""
) -> Template:
    """The queue, late disputes first."""
    queue = await desk.queue_of(request.user, show, department, chosen)
    return page(
        request,
        "care/dispute_desk/disputes.html",
        title=_("Disputes"),
        found=queue,
        show=show,
        department=department,
        state=chosen,
    )


@get("/{dispute_id:uuid}", name="desk.disputes:show")
async def show(request: Request, dispute_id: FromPath[UUID]) -> Template:
    """One dispute with its line, its people and its history."""
    cut_off = await begun(
        request,
        question=("question", forms.QuestionForm),
        routing=("routing", forms.RoutingForm),
        rectification=("rectification", forms.RectificationForm),
        decision=("decision", forms.DecisionForm),
        approval=("approval", forms.ApprovalForm),
    )
    return await show_page(request, dispute_id, **cut_off)


@post("/{dispute_id:uuid}/claim", name="desk.disputes:claim", guards=[staff(May.handle_disputes)])
async def claim(request: Request, dispute_id: FromPath[UUID]) -> Answer:
    """Take on a dispute."""
    await deciding.claim(request.user, dispute_id)
    flash(request, N_("You have taken on this dispute. The owner can see that."))
    return go(request, "desk.disputes:show", dispute_id=dispute_id)


@post("/{dispute_id:uuid}/question", name="desk.disputes:ask", guards=[staff(May.handle_disputes)])
async def ask(request: Request, dispute_id: FromPath[UUID]) -> Answer:
    """Ask the owner."""
    form = forms.QuestionForm(await request.form())
    if form.validate() and await form.accepts(deciding.ask(request.user, dispute_id, form.text.data)):
        flash(request, N_("Your question has been sent to the owner. The deadline is paused until they answer."))
        return go(request, "desk.disputes:show", dispute_id=dispute_id)
    return await show_page(request, dispute_id, status=422, question=form)


@post("/{dispute_id:uuid}/routing", name="desk.disputes:route", guards=[staff(May.handle_disputes)])
async def route(request: Request, dispute_id: FromPath[UUID]) -> Answer:
    """Pass it to a department."""
    form: Any = forms.RoutingForm(await request.form())
    form.department.options = _named((await desk.dispute_at(request.user, dispute_id)).departments)
    if form.validate() and await form.accepts(
        deciding.route(request.user, dispute_id, form.department.data, form.due_on.data, form.text.data)
    ):
        flash(request, N_("Passed on to %(department)s."), department=form.department.data)
        return go(request, "desk.disputes:show", dispute_id=dispute_id)
    return await show_page(request, dispute_id, status=422, routing=form)


@post(
    "/{dispute_id:uuid}/rectification",
    name="desk.disputes:rectify",
    guards=[staff(May.handle_disputes)],
    request_max_body_size=UPLOAD_BYTES,
)
async def rectification(request: Request, dispute_id: FromPath[UUID]) -> Answer:
    """Record what the department did."""
    form: Any = forms.RectificationForm(await request.form())
    if form.validate() and await form.accepts(_rectify(request, dispute_id, form)):
        flash(request, N_("Recorded. The owner has been notified."))
        return go(request, "desk.disputes:show", dispute_id=dispute_id)
    return await show_page(request, dispute_id, status=422, rectification=form)


@post("/{dispute_id:uuid}/decision", name="desk.disputes:decide", guards=[staff(May.handle_disputes)])
async def decide(request: Request, dispute_id: FromPath[UUID]) -> Answer:
    """Decide it, or propose a decision above the limit."""
    form: Any = forms.DecisionForm(await request.form())
    online = await desk.open_online_of(request.user, dispute_id)
    if form.validate() and await form.accepts(_decide(request, dispute_id, form)):
        if form.outcome:
            flash(request, N_("Decided. The owner has been notified."))
            _tell_closing(request, online if form.data["outcome"] is not Outcome.rejected else ZERO)
        else:
            flash(request, N_("Proposed. Above the limit, another manager has to approve it."), "info")
        return go(request, "desk.disputes:show", dispute_id=dispute_id)
    return await show_page(request, dispute_id, status=422, decision=form)


@post("/{dispute_id:uuid}/approval", name="desk.disputes:approve", guards=[staff(May.approve_decisions)])
async def approve(request: Request, dispute_id: FromPath[UUID]) -> Answer:
    """Agree to a proposed decision; `agree=no` sends it back."""
    sent = await request.form()
    form: Any = forms.ApprovalForm(sent)
    if not form.validate():
        return await show_page(request, dispute_id, status=422, approval=form)
    agree = sent.get("agree") != "no"
    online = await desk.open_online_of(request.user, dispute_id)
    await deciding.approve(request.user, dispute_id, agree=agree, text=form.text.data)
    flash(request, N_("Approved. The owner has been notified.") if agree else N_("Sent back for a new decision."))
    _tell_closing(request, online if agree else ZERO)
    return go(request, "desk.disputes:show", dispute_id=dispute_id)


@get("/{dispute_id:uuid}/photos/{photo:uuid}", name="desk.disputes:photo")
async def photo(request: Request, dispute_id: FromPath[UUID], photo: FromPath[UUID]) -> Answer:
    """One photo of the dispute."""
    return jpeg(await desk.photo_at_desk(request.user, dispute_id, photo))


@get("/{dispute_id:uuid}/photos/{photo:uuid}/thumbnail", name="desk.disputes:thumbnail")
async def thumbnail(request: Request, dispute_id: FromPath[UUID], photo: FromPath[UUID]) -> Answer:
    """The same photo, small."""
    return jpeg(await desk.photo_at_desk(request.user, dispute_id, photo, small=True))


async def show_page(request: Request, dispute: UUID, status: int = 200, **sent: Form) -> Template:
    """The page with its forms; `sent` is the one that came back with errors."""
    dispute_view = await desk.dispute_at(request.user, dispute)
    empty: dict[str, Any] = {
        "question": forms.QuestionForm(),
        "routing": forms.RoutingForm(),
        "rectification": forms.RectificationForm(),
        "decision": forms.DecisionForm(),
        "approval": forms.ApprovalForm(),
    }
    shown = empty | sent
    shown["routing"]["department"].options = _named(dispute_view.departments)
    wrong = next(iter(sent.values()), None)
    return page(
        request,
        "care/dispute_desk/dispute.html",
        status=status,
        title=_("Dispute"),
        found=dispute_view,
        wrong=wrong,
        **shown,
    )


def _named(departments: list[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in departments]


def _tell_closing(request: Request, online: Money) -> None:
    if online:
        flash(request, CLOSING, "info", sum=online)


def _rectify(request: Request, dispute: UUID, form: Any) -> Any:
    photos = {kind: form[name].data or () for kind, name in FIELDS.items()}
    return rectify(request.user, dispute, form.text.data, photos)


def _decide(request: Request, dispute: UUID, form: Any) -> Any:
    return deciding.decide(
        request.user, dispute, form.data["outcome"], form.amount.data, form.text.data, version=form.version.data
    )


router = Router(
    "/desk/disputes",
    route_handlers=[list_, show, claim, ask, route, rectification, decide, approve, photo, thumbnail],
    guards=[staff(May.read_disputes)],
)
