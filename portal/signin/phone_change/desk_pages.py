"""The counter's phone number change: identity, a code to the new number, a second person's approval."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.people.persons.states import Identity
from portal.signin.owners.actions import send_soon
from portal.signin.owners.forms import CodeForm, LostPhoneForm, RefusalForm
from portal.signin.owners.pages import asks_for_code, who_asks
from portal.signin.owners.pending import drop, keep_knock, kept, knock_of
from portal.signin.phone_change import actions as moving, lost_phone
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import staff, stepped_up
from portal.web.request.request_context import Answer, Request

KNOCK = "lost-phone"


@get("/people/{person:uuid}/phone", name="desk.phones:new", guards=[staff(May.ask_phone_changes)])
async def new(request: Request, person: FromPath[UUID]) -> Template:
    """The form for a person at the counter."""
    return await new_page(request, person, await begin(request, LostPhoneForm))


@post("/people/{person:uuid}/phone", name="desk.phones:ask", guards=[staff(May.ask_phone_changes)])
async def ask(request: Request, person: FromPath[UUID]) -> Answer:
    """Send a code to the new number."""
    form = LostPhoneForm(await request.form())
    await lost_phone.person_at(request.user, person)
    if not form.validate() or not await form.accepts(
        moving.ask_new_number(request.user, form.phone.data, **asks_for_code(request))
    ):
        return await new_page(request, person, form, status=422)
    knock, message = form.outcome
    send_soon(request.app.state.settings, message)
    facts = {"person": str(person), "identity": form.identity.data.value, "reason": form.reason.data}
    return keep_knock(request, go(request, "desk.phones:code", person=person), KNOCK, knock, **facts)


@get("/people/{person:uuid}/phone/code", name="desk.phones:code", guards=[staff(May.ask_phone_changes)])
async def code(request: Request, person: FromPath[UUID]) -> Answer:
    """Ask for the code that the person reads out."""
    facts = asked_for(request, person)
    return (
        await code_page(request, person, CodeForm(), facts) if facts else go(request, "desk.phones:new", person=person)
    )


@post("/people/{person:uuid}/phone/code", name="desk.phones:enter", guards=[staff(May.ask_phone_changes)])
async def enter(request: Request, person: FromPath[UUID]) -> Answer:
    """Ask for the proven number; a second member of staff has to approve."""
    if (facts := asked_for(request, person)) is None:
        return go(request, "desk.phones:new", person=person)
    form, shown = CodeForm(await request.form()), {"identity": Identity(facts["identity"]), "reason": facts["reason"]}
    if not form.validate() or not await form.accepts(
        lost_phone.ask_change(request.user, person, knock_of(facts), form.code.data, **shown, **who_asks(request))
    ):
        return await code_page(request, person, form, facts, status=422)
    flash(request, N_("The new number is waiting for a second person's approval."))
    return drop(request, go(request, "desk.phones:list"), KNOCK)


@get("/phone-changes", name="desk.phones:list")
async def list_(request: Request) -> Template:
    """The changes that wait, and those that were answered."""
    return await list_page(request, await begin(request, RefusalForm))


@post(
    "/phone-changes/{change:uuid}/approval",
    name="desk.phones:approve",
    guards=[staff(May.approve_phone_changes), stepped_up],
)
async def approve(request: Request, change: FromPath[UUID]) -> Answer:
    """Approve a change: the person signs in with the new number."""
    await lost_phone.approve_change(request.user, change)
    flash(request, N_("The number has been changed, and both numbers have been notified."))
    return go(request, "desk.phones:list")


@post("/phone-changes/{change:uuid}/refusal", name="desk.phones:refuse", guards=[staff(May.approve_phone_changes)])
async def refuse(request: Request, change: FromPath[UUID]) -> Answer:
    """Refuse a change, with a reason."""
    form = RefusalForm(await request.form())
    if not form.validate():
        return await list_page(request, form, status=422)
    await lost_phone.refuse_change(request.user, change, form.text.data)
    flash(request, N_("The change has been refused."), "info")
    return go(request, "desk.phones:list")


def asked_for(request: Request, person: UUID) -> dict[str, Any] | None:
    """The change of this person that this browser has begun."""
    facts = kept(request, KNOCK)
    return facts if facts and facts["person"] == str(person) else None


async def new_page(request: Request, person: UUID, form: LostPhoneForm, status: int = 200) -> Template:
    """The form, for both verbs."""
    person_view = await lost_phone.person_at(request.user, person)
    return page(request, "signin/phone_change/desk/new.html", title=_("Change a phone number"), person=person_view,
                form=form, status=status)  # fmt: skip


async def code_page(
    request: Request, person: UUID, form: CodeForm, facts: dict[str, Any], status: int = 200
) -> Template:
    """The code, for both verbs."""
    person_view = await lost_phone.person_at(request.user, person)
    return page(request, "signin/phone_change/desk/code.html", title=_("Enter the code"), person=person_view, form=form,
                phone=facts["phone"], status=status)  # fmt: skip


async def list_page(request: Request, form: RefusalForm, status: int = 200) -> Template:
    """The list, for both verbs."""
    rows = await lost_phone.changes_at(request.user)
    return page(request, "signin/phone_change/desk/list.html", title=_("Phone number changes"), rows=rows,
                form=form, status=status)  # fmt: skip


router = Router(
    "/desk",
    route_handlers=[new, ask, code, enter, list_, approve, refuse],
    guards=[staff(May.read_phone_changes)],
)
