"""The household page: one's homes, who has access, and how to request or end it."""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.homes.residents import actions, queries
from portal.homes.residents.actions import Wanted
from portal.homes.residents.forms import BindingForm, EvidenceForm
from portal.homes.units.queries import owned_homes
from portal.kit.errors import Missing
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.forms import UPLOAD_BYTES
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import owner
from portal.web.request.request_context import Answer, Request


@get("/household", name="household:show")
async def show(request: Request) -> Template:
    """Homes with their people as of today, and the requests that wait for an answer."""
    household = await queries.household_of(request.user)
    return page(request, "homes/residents/show.html", title=_("My homes"), household=household)


@get("/household/bindings/new", name="bindings:new")
async def new(request: Request) -> Template:
    """The form: who gets access to which home."""
    form = await begin(request, BindingForm, unit=request.query_params.get("unit"))
    return await new_page(request, form)


@post("/household/bindings/new", name="bindings:ask", request_max_body_size=UPLOAD_BYTES)
async def ask(request: Request) -> Answer:
    """First show what was entered, with the home and its estate; sent again from there, ask for it."""
    sent = await request.form()
    form = BindingForm(sent)
    form.unit.options = await options(request)
    if not form.validate() or not await form.accepts(actions.checked(request.user, wanted_of(form))):
        return await new_page(request, form, status=422)
    if "confirmed" not in sent:
        return confirm_page(request, form, EvidenceForm())
    return await confirmed(request, form, EvidenceForm(sent))


async def confirmed(request: Request, form: BindingForm, evidence: EvidenceForm) -> Answer:
    """Ask for what was confirmed, with the evidence."""
    if not evidence.validate() or not await evidence.accepts(sent_of(request, form, evidence)):
        return confirm_page(request, form, evidence, status=422)
    flash(
        request, N_("We have received your request. The service centre will answer it; until then, nobody has access.")
    )
    return go(request, "household:show")


@get("/household/bindings/{binding:uuid}/withdrawal", name="bindings:withdrawal")
async def ask_withdrawal(request: Request, binding: FromPath[UUID]) -> Template:
    """Ask for confirmation."""
    request_view = await queries.request_of(request.user, binding)
    return page(request, "homes/residents/withdrawal.html", title=_("Withdraw the request"), request_=request_view)


@post("/household/bindings/{binding:uuid}/withdrawal", name="bindings:withdraw")
async def withdraw(request: Request, binding: FromPath[UUID]) -> Answer:
    """Withdraw a request."""
    await actions.withdraw_binding(request.user, binding)
    flash(request, N_("Your request has been withdrawn."))
    return go(request, "household:show")


@get("/household/ties/{tie:uuid}/revocation", name="ties:revocation")
async def ask_revocation(request: Request, tie: FromPath[UUID]) -> Template:
    """Ask for confirmation, naming the home and its estate."""
    tie_view = await queries.tie_of(request.user, tie)
    return page(request, "homes/residents/revocation.html", title=_("End this person's access"), tie=tie_view)


@post("/household/ties/{tie:uuid}/revocation", name="ties:revoke")
async def revoke(request: Request, tie: FromPath[UUID]) -> Answer:
    """End the access at once."""
    await actions.revoke_tie(request.user, tie)
    flash(request, N_("The access has ended, and every sign-in with it."))
    return go(request, "household:show")


def wanted_of(form: BindingForm) -> Wanted:
    """The request entered in the form."""
    values = (form[name].data for name in ("name", "phone", "role", "starts_on", "ends_on"))
    return Wanted(UUID(form.unit.data), *values)


async def options(request: Request) -> list[tuple[str, str]]:
    """The reader's homes with their estates, because names of homes repeat."""
    return [(str(home.id), f"{home.name} · {home.estate}") for home in await owned_homes(request.user)]


async def sent_of(request: Request, form: BindingForm, evidence: EvidenceForm) -> UUID:
    """Send the request."""
    return await actions.ask_binding(
        request.user, wanted_of(form), evidence.note.data, evidence.photos.data, once=evidence.once
    )


async def new_page(request: Request, form: BindingForm, status: int = 200) -> Template:
    """The form, for both verbs. Raises Missing for somebody who owns no home today."""
    form.unit.options = await options(request)
    if not form.unit.options:
        raise Missing(N_("Only an owner can give someone access to a home."))
    if len(form.unit.options) == 1 and not form.unit.data:
        form.unit.data = form.unit.options[0][0]
    return page(request, "homes/residents/new.html", status=status, title=_("Give someone access to a home"), form=form)


def confirm_page(request: Request, form: BindingForm, evidence: EvidenceForm, status: int = 200) -> Template:
    """What was entered, to be confirmed with the evidence."""
    return page(request, "homes/residents/confirm.html", status=status, title=_("Is everything right?"), form=form,
                home=form.outcome, evidence=evidence)  # fmt: skip


router = Router(
    "/",
    route_handlers=[show, new, ask, ask_withdrawal, withdraw, ask_revocation, revoke],
    guards=[owner],
)
