"""Pages for confirming one's identity before sensitive actions."""

from typing import Any

from litestar import Router, get, post
from litestar.response import Template

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.signin.owners.actions import send_soon
from portal.signin.owners.forms import CodeForm, TotpForm
from portal.signin.owners.pages import asks_for_code, owner_goes_on, owners_next, who_asks
from portal.signin.owners.pending import keep_knock, kept, knock_of
from portal.signin.staff.desk_pages import desk_next, staff_goes_on
from portal.signin.step_up import actions as stepping
from portal.web.forms.forms import Form
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import owner, staff
from portal.web.request.request_context import Answer, Request

KNOCK = "step-up"


@get("/step-up", name="step-up:show", guards=[owner])
async def show(request: Request) -> Template:
    """Why a code is needed, and the number it goes to."""
    return await ask_page(request, Form(), owners_next(request.query_params.get("next")))


@post("/step-up", name="step-up:ask", guards=[owner])
async def ask(request: Request) -> Answer:
    """Send the code."""
    sent = await request.form()
    form, wanted = Form(sent), owners_next(sent.get("next"))
    if not await form.accepts(stepping.ask_step_up(request.user, **asks_for_code(request))):
        return await ask_page(request, form, wanted, status=422)
    knock, message = form.outcome
    send_soon(request.app.state.settings, message)
    return keep_knock(request, go(request, "step-up:code"), KNOCK, knock, next=wanted)


@get("/step-up/code", name="step-up:code", guards=[owner])
async def code(request: Request) -> Answer:
    """Ask for the code; if none was asked for, go back to the first step."""
    facts = kept(request, KNOCK)
    return code_page(request, CodeForm(), facts) if facts else go(request, "step-up:show")


@post("/step-up/code", name="step-up:enter", guards=[owner])
async def enter(request: Request) -> Answer:
    """Check the code: the session gets a new token, and the person goes on."""
    if (facts := kept(request, KNOCK)) is None:
        flash(request, N_("Please ask for a new code. A code only works in the browser that asked for it."), "info")
        return go(request, "step-up:show")
    form = CodeForm(await request.form())
    if not form.validate() or not await form.accepts(
        stepping.step_up(request.user, knock_of(facts), form.code.data, **who_asks(request))
    ):
        return code_page(request, form, facts, status=422)
    return owner_goes_on(request, form.outcome, owners_next(facts["next"]), KNOCK)


@get("/desk/step-up", name="desk.step-up:show", guards=[staff()])
async def show_staff(request: Request) -> Template:
    """Ask a member of staff for the code of their app."""
    return staff_page(request, TotpForm(), desk_next(request.query_params.get("next")))


@post("/desk/step-up", name="desk.step-up:enter", guards=[staff()])
async def enter_staff(request: Request) -> Answer:
    """Check the code: the session gets a new token, and the person goes on."""
    sent = await request.form()
    form, wanted = TotpForm(sent), desk_next(sent.get("next"))
    if not form.validate() or not await form.accepts(
        stepping.step_up_staff(request.user, form.code.data, **who_asks(request))
    ):
        return staff_page(request, form, wanted, status=422)
    return staff_goes_on(request, form.outcome, wanted)


async def ask_page(request: Request, form: Form, wanted: str, status: int = 200) -> Template:
    """The first step, for GET and for a refused POST."""
    phone = await stepping.phone_of(request.user)
    return page(request, "signin/step_up/step_up.html", title=_("Confirm that it is you"), form=form, phone=phone,
                next=wanted, status=status)  # fmt: skip


def code_page(request: Request, form: CodeForm, facts: dict[str, Any], status: int = 200) -> Template:
    """The second step, for GET and for a refused POST."""
    return page(request, "signin/step_up/step_up_code.html", title=_("Enter the code"), form=form, phone=facts["phone"],
                next=facts["next"], status=status)  # fmt: skip


def staff_page(request: Request, form: TotpForm, wanted: str, status: int = 200) -> Template:
    """The desk's step, for GET and for a refused POST."""
    return page(request, "signin/step_up/step_up_staff.html", title=_("Confirm that it is you"), form=form, next=wanted,
                status=status)  # fmt: skip


router = Router("/", route_handlers=[show, ask, code, enter, show_staff, enter_staff])
