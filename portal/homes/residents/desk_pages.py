"""The desk's access requests: the queue, one with its evidence, the answer, and ending access."""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.homes.residents import actions, answering, queries
from portal.homes.residents.forms import ReasonForm
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, jpeg, page
from portal.web.pages.guards import staff
from portal.web.request.request_context import Answer, Request


@get("/bindings", name="desk.bindings:list")
async def list_(request: Request) -> Template:
    """The requests that wait, and those that were answered."""
    requests = await queries.requests_at(request.user)
    return page(request, "homes/residents/desk/list.html", title=_("Access to homes"), requests=requests)


@get("/bindings/{binding:uuid}", name="desk.bindings:show")
async def show(request: Request, binding: FromPath[UUID]) -> Template:
    """A request with its evidence."""
    return await show_page(request, binding, await begin(request, ReasonForm))


@get("/bindings/{binding:uuid}/photos/{photo:uuid}", name="desk.bindings:photo")
async def photo(request: Request, binding: FromPath[UUID], photo: FromPath[UUID]) -> Answer:
    """A photo of the evidence."""
    return jpeg(await queries.photo_at(request.user, binding, photo))


@get("/bindings/{binding:uuid}/photos/{photo:uuid}/thumbnail", name="desk.bindings:thumbnail")
async def thumbnail(request: Request, binding: FromPath[UUID], photo: FromPath[UUID]) -> Answer:
    """The same photo, small."""
    return jpeg(await queries.photo_at(request.user, binding, photo, small=True))


@post("/bindings/{binding:uuid}/approval", name="desk.bindings:approve", guards=[staff(May.answer_bindings)])
async def approve(request: Request, binding: FromPath[UUID]) -> Answer:
    """Give the person access."""
    await answering.approve_binding(request.user, binding)
    flash(request, N_("The person now has access to the home and has been told how to sign in."))
    return go(request, "desk.bindings:show", binding=binding)


@post("/bindings/{binding:uuid}/refusal", name="desk.bindings:refuse", guards=[staff(May.answer_bindings)])
async def refuse(request: Request, binding: FromPath[UUID]) -> Answer:
    """Refuse with a reason."""
    form = ReasonForm(await request.form())
    if not form.validate():
        return await show_page(request, binding, form, status=422)
    await answering.refuse_binding(request.user, binding, form.text.data)
    flash(request, N_("The request has been refused. The owner can read the reason."), "info")
    return go(request, "desk.bindings:show", binding=binding)


@get("/ties/{tie:uuid}/revocation", name="desk.ties:revocation", guards=[staff(May.end_ties)])
async def ask_revocation(request: Request, tie: FromPath[UUID]) -> Template:
    """Ask for confirmation and the reason."""
    return await revocation_page(request, tie, await begin(request, ReasonForm))


@post("/ties/{tie:uuid}/revocation", name="desk.ties:revoke", guards=[staff(May.end_ties)])
async def revoke(request: Request, tie: FromPath[UUID]) -> Answer:
    """End the access at once."""
    form = ReasonForm(await request.form())
    if not form.validate():
        return await revocation_page(request, tie, form, status=422)
    await actions.revoke_tie_at_desk(request.user, tie, form.text.data)
    flash(request, N_("The access has ended, and every sign-in with it."))
    return go(request, "desk.bindings:list")


async def show_page(request: Request, binding: UUID, form: ReasonForm, status: int = 200) -> Template:
    """The request, for both verbs."""
    request_view = await queries.request_at(request.user, binding)
    return page(
        request,
        "homes/residents/desk/show.html",
        status=status,
        title=request_view.request.name,
        found=request_view,
        form=form,
    )


async def revocation_page(request: Request, tie: UUID, form: ReasonForm, status: int = 200) -> Template:
    """The confirmation, for both verbs."""
    tie_view = await queries.tie_at(request.user, tie)
    return page(request, "homes/residents/desk/revocation.html", status=status, title=_("End this person's access"),
                tie=tie_view, form=form)  # fmt: skip


router = Router(
    "/desk",
    route_handlers=[list_, show, photo, thumbnail, approve, refuse, ask_revocation, revoke],
    guards=[staff(May.read_bindings)],
)
