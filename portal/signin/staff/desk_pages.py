"""Sign-in pages for staff, and the set-up by a one-time link."""

from textwrap import wrap
from typing import Any
from uuid import UUID

import segno
from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pyotp import TOTP

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.principal import Audience
from portal.signin.owners.forms import ChoosePasswordForm, PasswordForm, TotpForm
from portal.signin.owners.pages import PUBLIC, browser_of, who_asks
from portal.signin.owners.pending import drop, keep, kept
from portal.signin.owners.rules import CODE_LIFE
from portal.signin.staff import actions as desk, enrolment
from portal.signin.staff.actions import HalfWay
from portal.web.pages.answers import flash, go, page
from portal.web.request.request_context import Answer, Request
from portal.web.request.session import safe_next, start_session

HALF_WAY = "half"


def desk_next(wanted: str | None) -> str:
    """Where a member of staff goes after signing in: a page of the desk that is not a sign-in page."""
    path = safe_next(wanted, "/desk")
    inside = path == "/desk" or path.startswith(("/desk/", "/desk?"))
    return path if inside and not path.startswith(("/desk/sign-in", "/desk/set-up", "/desk/step-up")) else "/desk"


def staff_goes_on(request: Request, token: str, wanted: str) -> Redirect:
    """Go to the page they wanted, in a new session that ends with the browser."""
    response = Redirect(desk_next(wanted), status_code=303)
    start_session(request, response, token, None)
    return response


def password_page(request: Request, form: PasswordForm, wanted: str, status: int = 200) -> Template:
    """The first step, for GET and for a refused POST."""
    return page(request, "signin/staff/password.html", title=_("Staff sign-in"), form=form, next=wanted, status=status)


@get("/desk/sign-in", name="desk.signin:password")
async def password(request: Request) -> Answer:
    """Ask for login and password; whoever is signed in already goes on."""
    wanted = desk_next(request.query_params.get("next"))
    if request.user and request.user.audience == Audience.staff:
        return Redirect(wanted, status_code=303)
    return password_page(request, PasswordForm(), wanted)


@post("/desk/sign-in", name="desk.signin:check")
async def check(request: Request) -> Answer:
    """Check the password, and go on to the code."""
    sent = await request.form()
    form, wanted = PasswordForm(sent), desk_next(sent.get("next") or request.query_params.get("next"))
    if not form.validate() or not await form.accepts(
        desk.check_password(form.login.data.lower(), form.password.data, **who_asks(request))
    ):
        return password_page(request, form, wanted, status=422)
    half: HalfWay = form.outcome
    facts = {"human": str(half.human), "login": half.login, "proof": half.proof, "next": wanted}
    return keep(request, go(request, "desk.signin:totp"), HALF_WAY, CODE_LIFE, **facts)


def totp_page(request: Request, form: TotpForm, status: int = 200) -> Template:
    """The second step, for GET and for a refused POST."""
    return page(request, "signin/staff/totp.html", title=_("Enter the code"), form=form, status=status)


@get("/desk/sign-in/totp", name="desk.signin:totp")
async def totp(request: Request) -> Answer:
    """Ask for the code; without a password just entered, go back to the first step."""
    return totp_page(request, TotpForm()) if kept(request, HALF_WAY) else go(request, "desk.signin:password")


@post("/desk/sign-in/totp", name="desk.signin:enter")
async def enter(request: Request) -> Answer:
    """Sign in, in a new session that ends with the browser."""
    if (facts := kept(request, HALF_WAY)) is None:
        flash(request, N_("Please start with your login and password."), "info")
        return go(request, "desk.signin:password")
    half = HalfWay(human=UUID(facts["human"]), login=facts["login"], proof=facts["proof"])
    form = TotpForm(await request.form())
    if not form.validate() or not await form.accepts(
        desk.check_totp(half, form.code.data, **who_asks(request), **browser_of(request))
    ):
        return totp_page(request, form, status=422)
    return drop(request, staff_goes_on(request, form.outcome, facts["next"]), HALF_WAY)


def set_up_page(request: Request, token: str, half: enrolment.SetUp, form: Any, status: int = 200) -> Template:
    """Choose a password, or scan the secret and confirm it."""
    facts: dict[str, Any] = {"token": token, "login": half.login, "form": form, "status": status}
    if half.totp_secret is None:
        return page(request, "signin/staff/set_up_password.html", title=_("Choose your password"), **facts)
    address = TOTP(half.totp_secret).provisioning_uri(name=half.login, issuer_name="Mingbai")
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff")
    return page(request, "signin/staff/set_up_totp.html", title=_("Set up your code app"), secret=half.totp_secret,
                spaced=" ".join(wrap(half.totp_secret, 4)), picture=picture, **facts)  # fmt: skip


@get("/desk/set-up/{token:str}", name="desk.set-up:show")
async def show_set_up(request: Request, token: FromPath[str]) -> Answer:
    """The present step of the link's holder."""
    half = await enrolment.set_up_of(token)
    return set_up_page(request, token, half, TotpForm() if half.totp_secret else ChoosePasswordForm())


@post("/desk/set-up/{token:str}", name="desk.set-up:password")
async def choose(request: Request, token: FromPath[str]) -> Answer:
    """Save the password; the same address shows the secret then."""
    half, form = await enrolment.set_up_of(token), ChoosePasswordForm(await request.form())
    if not form.validate() or not await form.accepts(enrolment.choose_password(token, form.password.data)):
        return set_up_page(request, token, enrolment.SetUp(half.login, None), form, status=422)
    return go(request, "desk.set-up:show", token=token)


@post("/desk/set-up/{token:str}/totp", name="desk.set-up:totp")
async def confirm(request: Request, token: FromPath[str]) -> Answer:
    """Confirm the second factor and sign in."""
    half, form = await enrolment.set_up_of(token), TotpForm(await request.form())
    if half.totp_secret is None:
        return go(request, "desk.set-up:show", token=token)
    if not form.validate() or not await form.accepts(enrolment.confirm_totp(token, form.code.data)):
        return set_up_page(request, token, half, form, status=422)
    flash(request, N_("Your account is ready. Please sign in."))
    return go(request, "desk.signin:password")


router = Router("/", route_handlers=[password, check, totp, enter, show_set_up, choose, confirm], opt=PUBLIC)
