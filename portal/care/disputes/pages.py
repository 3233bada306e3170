"""The owner's pages of disputes: open, follow, answer, accept, reopen, withdraw."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.care.disputes import actions, following_up, forms, queries, reporting
from portal.care.disputes.forms import uuid_or_missing
from portal.care.disputes.states import Fixed
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.forms import UPLOAD_BYTES, Form
from portal.web.forms.unsent_forms import begin, begun
from portal.web.pages.answers import flash, go, jpeg, page
from portal.web.pages.guards import owner
from portal.web.request.request_context import Answer, Request

THANKS = {
    Fixed.yes: N_("Thank you. We are glad that it is fixed."),
    Fixed.no: N_("Thank you for telling us. The dispute has been reopened, and we will look into it again."),
}


@get("/", name="disputes:list")
async def list_(request: Request) -> Template:
    """All disputes of the reader, newest first."""
    disputes = await queries.disputes_of(request.user)
    return page(request, "care/disputes/list.html", title=_("My disputes"), disputes=disputes)


@get("/new", name="disputes:new")
async def new(request: Request, line: FromQuery[str] = "", service: FromQuery[str] = "") -> Template:
    """The form for a line, or a piece of work, that can be disputed."""
    if service and not line:
        form = await begin(request, forms.ServiceDisputeForm)
        return await new_service_page(request, uuid_or_missing(service), form)
    return await new_page(request, uuid_or_missing(line), await begin(request, forms.DisputeForm))


@post("/new", name="disputes:open", request_max_body_size=UPLOAD_BYTES)
async def open_(request: Request) -> Answer:
    """Dispute a line, or a part of its sum, or a piece of work."""
    sent = await request.form()
    line, service = (sent.get(name) or request.query_params.get(name) for name in ("line", "service"))
    if service and not line:
        return await _open_service(request, uuid_or_missing(service), forms.ServiceDisputeForm(sent))
    return await _open_line(request, uuid_or_missing(line), forms.DisputeForm(sent))


async def _open_line(request: Request, line: UUID, form: Any) -> Answer:
    if form.validate() and await form.accepts(_open(request, line, form)):
        flash(request, N_("We have received your dispute and will look into it."))
        return go(request, "disputes:show", dispute_id=form.outcome)
    return await new_page(request, line, form, status=422)


async def _open_service(request: Request, service: UUID, form: Any) -> Answer:
    if form.validate() and await form.accepts(_report(request, service, form)):
        flash(request, N_("We have received your dispute and will look into it."))
        return go(request, "disputes:show", dispute_id=form.outcome)
    return await new_service_page(request, service, form, status=422)


@get("/{dispute_id:uuid}", name="disputes:show")
async def show(request: Request, dispute_id: FromPath[UUID]) -> Template:
    """One dispute with every step."""
    cut_off = await begun(
        request,
        answer=("messages", forms.AnswerForm),
        withdrawal=("withdrawal", forms.WithdrawalForm),
        acceptance=("acceptance", forms.AcceptanceForm),
        reopening=("reopening", forms.ReopeningForm),
    )
    return await show_page(request, dispute_id, **cut_off)


@post("/{dispute_id:uuid}/messages", name="disputes:answer")
async def answer(request: Request, dispute_id: FromPath[UUID]) -> Answer:
    """Add something, or answer a question."""
    form = forms.AnswerForm(await request.form())
    done = actions.answer(request.user, dispute_id, form.text.data, once=form.once)
    return await _do(
        request, dispute_id, name="answer", form=form, work=done, done=N_("We have received your message.")
    )


@post("/{dispute_id:uuid}/withdrawal", name="disputes:withdraw")
async def withdraw(request: Request, dispute_id: FromPath[UUID]) -> Answer:
    """Withdraw the dispute."""
    form = forms.WithdrawalForm(await request.form())
    done = actions.withdraw(request.user, dispute_id, form.text.data)
    return await _do(
        request, dispute_id, name="withdrawal", form=form, work=done, done=N_("Your dispute has been withdrawn.")
    )


@post("/{dispute_id:uuid}/acceptance", name="disputes:accept")
async def accept(request: Request, dispute_id: FromPath[UUID]) -> Answer:
    """Accept the decision."""
    form = forms.AcceptanceForm(await request.form())
    done = actions.accept(request.user, dispute_id, form.text.data)
    return await _do(
        request, dispute_id, name="acceptance", form=form, work=done, done=N_("Thank you. The dispute is closed.")
    )


@post("/{dispute_id:uuid}/reopening", name="disputes:reopen")
async def reopen(request: Request, dispute_id: FromPath[UUID]) -> Answer:
    """Object to the decision."""
    form = forms.ReopeningForm(await request.form())
    done = actions.reopen(request.user, dispute_id, form.text.data)
    return await _do(
        request,
        dispute_id,
        name="reopening",
        form=form,
        work=done,
        done=N_("The dispute has been reopened, and we will look into it again."),
    )


@get("/{dispute_id:uuid}/follow-up", name="disputes:follow-up")
async def follow_up(request: Request, dispute_id: FromPath[UUID]) -> Template:
    """Ask whether it is really fixed, with two buttons; opening the page answers nothing."""
    return await follow_up_page(request, dispute_id, await begin(request, forms.FollowUpForm))


@post("/{dispute_id:uuid}/follow-up", name="disputes:answer-follow-up")
async def answer_follow_up(request: Request, dispute_id: FromPath[UUID]) -> Answer:
    """Yes closes the question, no reopens the work."""
    form: Any = forms.FollowUpForm(await request.form())
    if not form.validate():
        return await follow_up_page(request, dispute_id, form, status=422)
    fixed = form.fixed.data
    await following_up.answer_follow_up(request.user, dispute_id, fixed, form.text.data)
    flash(request, THANKS[fixed])
    return go(request, "disputes:show", dispute_id=dispute_id)


@get("/{dispute_id:uuid}/photos/{photo:uuid}", name="disputes:photo")
async def photo(request: Request, dispute_id: FromPath[UUID], photo: FromPath[UUID]) -> Answer:
    """One photo of the dispute."""
    return jpeg(await queries.photo_of_mine(request.user, dispute_id, photo))


@get("/{dispute_id:uuid}/photos/{photo:uuid}/thumbnail", name="disputes:thumbnail")
async def thumbnail(request: Request, dispute_id: FromPath[UUID], photo: FromPath[UUID]) -> Answer:
    """The same photo, small."""
    return jpeg(await queries.photo_of_mine(request.user, dispute_id, photo, small=True))


async def new_page(request: Request, line: UUID, form: Form, status: int = 200) -> Template:
    """The form, for both verbs."""
    line_view = await queries.line_to_dispute(request.user, line)
    return page(
        request, "care/disputes/new.html", status=status, title=_("Dispute a charge"), line=line_view, form=form
    )


async def new_service_page(request: Request, service: UUID, form: Form, status: int = 200) -> Template:
    """The same for a piece of work."""
    service_view = await queries.service_to_dispute(request.user, service)
    return page(
        request,
        "care/disputes/new_service.html",
        status=status,
        title=_("Dispute a piece of work"),
        work=service_view,
        form=form,
    )


async def show_page(request: Request, dispute: UUID, status: int = 200, **sent: Form) -> Template:
    """The page with its forms; `sent` is the one that came back with errors."""
    row = await queries.dispute_of(request.user, dispute)
    empty: dict[str, Any] = {
        "answer": forms.AnswerForm(),
        "withdrawal": forms.WithdrawalForm(),
        "acceptance": forms.AcceptanceForm(),
        "reopening": forms.ReopeningForm(),
    }
    wrong = next(iter(sent.values()), None)
    return page(
        request,
        "care/disputes/show.html",
        status=status,
        title=_("Dispute"),
        found=row,
        wrong=wrong,
        **(empty | sent),
    )


async def follow_up_page(request: Request, dispute: UUID, form: Form, status: int = 200) -> Template:
    """The page of the question."""
    row = await queries.dispute_of(request.user, dispute)
    return page(
        request, "care/disputes/follow_up.html", status=status, title=_("Is it really fixed?"), found=row, form=form
    )


def _open(request: Request, line: UUID, form: Any) -> Awaitable[UUID]:
    return actions.open_dispute(
        request.user,
        line,
        amount=form.amount.data,
        reason=form.reason.data,
        body=form.text.data,
        photos=form.photos.data or (),
        hardship=form.hardship.data,
        once=form.once,
    )


def _report(request: Request, service: UUID, form: Any) -> Awaitable[UUID]:
    answers = {"reason": form.reason.data, "body": form.text.data, "photos": form.photos.data or (), "once": form.once}
    return reporting.dispute_service(request.user, service, **answers)


async def _do(request: Request, dispute: UUID, name: str, form: Any, work: Any, done: str) -> Answer:
    """Do it if the form is valid, and show the dispute in either case."""
    if not form.validate():
        work.close()
        return await show_page(request, dispute, status=422, **{name: form})
    await work
    flash(request, done)
    return go(request, "disputes:show", dispute_id=dispute)


router = Router(
    "/disputes",
    route_handlers=[
        list_,
        new,
        open_,
        show,
        answer,
        withdraw,
        accept,
        reopen,
        follow_up,
        answer_follow_up,
        photo,
        thumbnail,
    ],
    guards=[owner],
)
