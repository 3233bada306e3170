"""Sign-in pages for people with a letter: its code, a code by SMS, then approval."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.response import Template

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.signin.letter_codes import actions as letter_code
from portal.signin.owners.actions import send_soon
from portal.signin.owners.forms import CodeForm, LetterForm
from portal.signin.owners.pages import PUBLIC, asks_for_code, who_asks
from portal.signin.owners.pending import drop, keep_knock, kept, knock_of
from portal.web.pages.answers import flash, go, page
from portal.web.request.request_context import Answer, Request

KNOCK = "letter"


@get("/sign-in/letter", name="signin:letter", opt=PUBLIC)
async def letter(request: Request) -> Template:
    """Ask for the code on the letter, the last digits of the old number, and the new one."""
    return letter_page(request, LetterForm())


@post("/sign-in/letter", name="signin:show-letter", opt=PUBLIC)
async def show(request: Request) -> Answer:
    """Send a code to the new number, if the letter is right."""
    form: Any = LetterForm(await request.form())
    if not form.validate() or not await form.accepts(
        letter_code.show_letter(form.code.data, form.digits.data, form.phone.data, **asks_for_code(request))
    ):
        return letter_page(request, form, status=422)
    knock, which, message = form.outcome
    send_soon(request.app.state.settings, message)
    return keep_knock(request, go(request, "signin:letter-code"), KNOCK, knock, letter=str(which))


@get("/sign-in/letter/code", name="signin:letter-code", opt=PUBLIC)
async def code(request: Request) -> Answer:
    """Ask for the code; without a letter, go back to the first step."""
    facts = kept(request, KNOCK)
    return code_page(request, CodeForm(), facts) if facts else go(request, "signin:letter")


@post("/sign-in/letter/code", name="signin:use-letter", opt=PUBLIC)
async def enter(request: Request) -> Answer:
    """Ask for the proven number; somebody at the desk has to approve."""
    if (facts := kept(request, KNOCK)) is None:
        return go(request, "signin:letter")
    form: Any = CodeForm(await request.form())
    which = UUID(facts["letter"])
    if not form.validate() or not await form.accepts(
        letter_code.ask_by_letter(which, knock_of(facts), form.code.data, **who_asks(request))
    ):
        return code_page(request, form, facts, status=422)
    flash(request, N_("Thank you. The service centre will check it and text you as soon as you can sign in."))
    return drop(request, go(request, "signin:phone"), KNOCK)


def letter_page(request: Request, form: LetterForm, status: int = 200) -> Template:
    """The first step, for both verbs."""
    return page(
        request, "signin/letter_codes/letter.html", title=_("I have a letter with a code"), form=form, status=status
    )


def code_page(request: Request, form: CodeForm, facts: dict[str, Any], status: int = 200) -> Template:
    """The second step, for both verbs."""
    return page(request, "signin/letter_codes/letter_code.html", title=_("Enter the code"), form=form,
                phone=facts["phone"], status=status)  # fmt: skip


router = Router("/", route_handlers=[letter, show, code, enter])
