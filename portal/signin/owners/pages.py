"""Sign-in pages for owners, and their settings: language, text size, sessions."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons import actions as people
from portal.people.persons.principal import Audience
from portal.people.persons.queries import sessions_of
from portal.people.persons.rules import LIFETIMES
from portal.signin.owners import actions
from portal.signin.owners.actions import send_soon
from portal.signin.owners.forms import CodeForm, PhoneForm, SettingsForm
from portal.signin.owners.pending import drop, keep_knock, kept, knock_of
from portal.signin.owners.rules import network
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import owner
from portal.web.request.request_context import Answer, Request
from portal.web.request.session import end_session, keep_tastes, safe_next, start_session, token_of

PUBLIC = {"public": True}


def who_asks(request: Request) -> dict[str, Any]:
    """The facts of a request that the actions of signing in need."""
    peer = request.client.host if request.client else ""
    return {
        "network": network(peer, ",".join(request.headers.getall("x-forwarded-for", []))),
        "secret": request.app.state.settings.secret_key,
    }


def asks_for_code(request: Request) -> dict[str, Any]:
    """The same for sending a code, with the number of codes allowed in a day."""
    return {**who_asks(request), "budget": request.app.state.settings.sms_daily_codes}


def browser_of(request: Request) -> dict[str, Any]:
    """The facts of the browser that a new session needs."""
    return {"user_agent": request.headers.get("user-agent", ""), "instead_of": token_of(request)}


def owners_next(wanted: str | None) -> str:
    """Where an owner goes after signing in: a page of ours that is neither a sign-in page nor the desk's."""
    path = safe_next(wanted)
    return "/" if path.startswith(("/sign-in", "/sign-out", "/step-up", "/desk")) else path


def owner_goes_on(request: Request, token: str, path: str, pending: str) -> Redirect:
    """Go on to this path in a new session; facts that the browser kept for signing in are dropped."""
    response = drop(request, Redirect(path, status_code=303), pending)
    start_session(request, response, token, int(LIFETIMES[Audience.owner].absolute.total_seconds()))
    return response


def phone_page(request: Request, form: PhoneForm, wanted: str, status: int = 200) -> Template:
    """The first step, for GET and for a refused POST."""
    waiting = kept(request, "knock") is not None
    return page(
        request, "signin/owners/phone.html", title=_("Sign in"), form=form, next=wanted, waiting=waiting, status=status
    )


@get("/sign-in", name="signin:phone", opt=PUBLIC)
async def phone(request: Request) -> Answer:
    """Ask for the number; whoever is signed in already goes on."""
    wanted = owners_next(request.query_params.get("next"))
    if request.user and request.user.audience == Audience.owner:
        return Redirect(wanted, status_code=303)
    return phone_page(request, PhoneForm(), wanted)


@post("/sign-in", name="signin:ask", opt=PUBLIC)
async def ask(request: Request) -> Answer:
    """Send a code if the number is on a roll; the answer is the same if it is not."""
    sent = await request.form()
    form, wanted = PhoneForm(sent), owners_next(sent.get("next") or request.query_params.get("next"))
    if not form.validate() or not await form.accepts(actions.ask_code(form.phone.data, **asks_for_code(request))):
        return phone_page(request, form, wanted, status=422)
    knock, message = form.outcome
    send_soon(request.app.state.settings, message)
    return keep_knock(request, go(request, "signin:code"), "knock", knock, next=wanted)


def code_page(request: Request, form: CodeForm, facts: dict[str, Any], status: int = 200) -> Template:
    """The second step, for GET and for a refused POST."""
    return page(request, "signin/owners/code.html", title=_("Enter the code"), form=form, phone=facts["phone"],
                next=facts["next"], status=status)  # fmt: skip


@get("/sign-in/code", name="signin:code", opt=PUBLIC)
async def code(request: Request) -> Answer:
    """Ask for the code; without a number, go back to the first step."""
    facts = kept(request, "knock")
    return code_page(request, CodeForm(), facts) if facts else go(request, "signin:phone")


@post("/sign-in/code", name="signin:enter", opt=PUBLIC)
async def enter(request: Request) -> Answer:
    """Sign in with the code, in a new session."""
    if (facts := kept(request, "knock")) is None:
        flash(request, N_("Please start with your number. A code only works in the browser that asked."), "info")
        return go(request, "signin:phone")
    form = CodeForm(await request.form())
    if not form.validate() or not await form.accepts(
        actions.use_code(knock_of(facts), form.code.data, **who_asks(request), **browser_of(request))
    ):
        return code_page(request, form, facts, status=422)
    return owner_goes_on(request, form.outcome, owners_next(facts["next"]), "knock")


@post("/sign-out", name="signin:out", opt=PUBLIC)
async def sign_out(request: Request) -> Answer:
    """End this browser's session, of an owner or of staff."""
    if token := token_of(request):
        await people.end_session(token)
    desk = request.user is not None and request.user.audience == Audience.staff
    response = go(request, "desk.signin:password" if desk else "signin:phone")
    end_session(request, response)
    return response


@get("/settings", name="settings:show", guards=[owner])
async def settings(request: Request) -> Answer:
    """Language, text size, and links to the person's other settings."""
    form = SettingsForm(language=request.user.language, large_text=request.user.large_text)
    return page(request, "signin/owners/show.html", title=_("Me"), form=form, posts=request.user.committees)


@post("/settings", name="settings:save", guards=[owner])
async def save_settings(request: Request) -> Answer:
    """Save the settings with the person and in this browser."""
    form = SettingsForm(await request.form())
    if not form.validate():
        return page(
            request, "signin/owners/show.html", title=_("Me"), form=form, posts=request.user.committees, status=422
        )
    chosen = {"language": form.language.data.value, "large_text": form.large_text.data}
    response = await keep_tastes(request, go(request, "settings:show"), **chosen)
    flash(request, N_("Your settings are saved."))  # in the language just chosen
    return response


@get("/settings/sessions", name="settings:sessions", guards=[owner])
async def sessions(request: Request) -> Answer:
    """The browsers in which they are signed in."""
    return page(
        request, "signin/owners/sessions.html", title=_("Where you are signed in"), rows=await sessions_of(request.user)
    )


@post("/settings/sessions/{session_id:uuid}/revocation", name="settings:revoke", guards=[owner])
async def revoke(request: Request, session_id: FromPath[UUID]) -> Answer:
    """Sign another browser out."""
    await people.revoke_session(request.user, session_id)
    flash(request, N_("That browser has been signed out."))
    return go(request, "settings:sessions")


@post("/settings/sessions/revocation", name="settings:revoke-others", guards=[owner])
async def revoke_others(request: Request) -> Answer:
    """Sign every other browser out."""
    await people.end_sessions_of(request.user.human, except_=request.user.session)
    flash(request, N_("All other browsers have been signed out."))
    return go(request, "settings:sessions")


router = Router(
    "/",
    route_handlers=[phone, ask, code, enter, sign_out, settings, save_settings, sessions, revoke, revoke_others],
)
