"""An owner's own phone number change, confirmed by codes to both numbers."""

from typing import Any

from litestar import Router, get, post
from litestar.response import Template

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.signin.owners.actions import send_soon
from portal.signin.owners.forms import CodeForm, NewPhoneForm
from portal.signin.owners.pages import asks_for_code, owner_goes_on, who_asks
from portal.signin.owners.pending import keep_knock, kept, knock_of
from portal.signin.phone_change import actions as moving
from portal.signin.step_up import actions as stepping
from portal.web.pages.answers import address, flash, go, page
from portal.web.pages.guards import owner, stepped_up
from portal.web.request.request_context import Answer, Request

KNOCK = "new-phone"


@get("/settings/phone", name="settings:phone")
async def new(request: Request) -> Template:
    """The present number, and the form for the new one."""
    return await new_page(request, NewPhoneForm())


@post("/settings/phone", name="settings:new-phone")
async def ask(request: Request) -> Answer:
    """Send a code to the new number."""
    form = NewPhoneForm(await request.form())
    if not form.validate() or not await form.accepts(
        moving.ask_new_number(request.user, form.phone.data, **asks_for_code(request))
    ):
        return await new_page(request, form, status=422)
    knock, message = form.outcome
    send_soon(request.app.state.settings, message)
    return keep_knock(request, go(request, "settings:phone-code"), KNOCK, knock)


@get("/settings/phone/code", name="settings:phone-code")
async def code(request: Request) -> Answer:
    """Ask for the code; without a number, go back to the first step."""
    facts = kept(request, KNOCK)
    return code_page(request, CodeForm(), facts) if facts else go(request, "settings:phone")


@post("/settings/phone/code", name="settings:change-phone")
async def enter(request: Request) -> Answer:
    """Change the number; this browser continues in a new session, all others are signed out."""
    if (facts := kept(request, KNOCK)) is None:
        return go(request, "settings:phone")
    form, browser = CodeForm(await request.form()), request.headers.get("user-agent", "")
    if not form.validate() or not await form.accepts(
        moving.change_own_phone(request.user, knock_of(facts), form.code.data, **who_asks(request), user_agent=browser)
    ):
        return code_page(request, form, facts, status=422)
    flash(request, N_("Your number has been changed. All other browsers have been signed out."))
    return owner_goes_on(request, form.outcome, address(request, "settings:show"), KNOCK)


async def new_page(request: Request, form: NewPhoneForm, status: int = 200) -> Template:
    """The first step, for GET and for a refused POST."""
    phone = await stepping.phone_of(request.user)
    return page(request, "signin/phone_change/new_phone.html", title=_("Change my mobile number"), form=form,
                phone=phone, status=status)  # fmt: skip


def code_page(request: Request, form: CodeForm, facts: dict[str, Any], status: int = 200) -> Template:
    """The second step, for GET and for a refused POST."""
    return page(request, "signin/phone_change/new_phone_code.html", title=_("Enter the code"), form=form,
                phone=facts["phone"], status=status)  # fmt: skip


router = Router("/", route_handlers=[new, ask, code, enter], guards=[owner, stepped_up])
