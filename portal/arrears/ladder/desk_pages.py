"""The desk's page of collection rules: the current ones, exceptions, versions, and the form for new ones."""

from typing import Any

from litestar import Router, get, post
from litestar.response import Template

from portal.arrears.ladder import actions as setting, queries
from portal.arrears.ladder.forms import DropForm, EverybodyForm, ExceptionForm, as_now
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.people.persons.queries import community_called
from portal.web.forms.forms import Form
from portal.web.forms.unsent_forms import begun
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import of_one_estate, staff, stepped_up
from portal.web.request.request_context import Answer, Request


@get("/", name="desk.ladder:show", guards=[of_one_estate])
async def show(request: Request) -> Template:
    """Terms, exceptions, versions."""
    return await show_page(
        request,
        **await begun(
            request, terms=("terms", EverybodyForm), exception=("exceptions", ExceptionForm), drop=("dropped", DropForm)
        ),
    )


@post("/terms", name="desk.ladder:terms", guards=[staff(May.set_ladder), stepped_up])
async def set_terms(request: Request) -> Answer:
    """Set the terms for everybody."""
    form: Any = EverybodyForm(await request.form())
    if form.validate() and await form.accepts(_terms(request, form)):
        return saved(request, form)
    return await show_page(request, status=422, terms=form)


@post("/exceptions", name="desk.ladder:exception", guards=[staff(May.set_ladder), stepped_up])
async def add_exception(request: Request) -> Answer:
    """Set other terms for some homes."""
    form: Any = ExceptionForm(await request.form())
    if form.validate() and await form.accepts(_exception(request, form)):
        return saved(request, form)
    return await show_page(request, status=422, exception=form)


@post("/dropped", name="desk.ladder:drop", guards=[staff(May.set_ladder), stepped_up])
async def drop(request: Request) -> Answer:
    """Drop an exception."""
    form: Any = DropForm(await request.form())
    if form.validate() and await form.accepts(_drop(request, form)):
        return saved(request, form)
    return await show_page(request, status=422, drop=form)


def saved(request: Request, form: Any) -> Answer:
    """Back to the rules, with a message that says from when they apply."""
    flash(request, N_("Recorded. Applies from %(day)s."), day=form.starts_on.data)
    return go(request, "desk.ladder:show")


async def _of(request: Request, form: Any) -> int:
    return await community_called(request.user, form.community.data, May.set_ladder)


async def _terms(request: Request, form: Any) -> None:
    typed = (form.starts_on.data, form.policy(), form.reason.data)
    await setting.set_terms(request.user, await _of(request, form), *typed, once=form.once)


async def _exception(request: Request, form: Any) -> None:
    typed = (form.starts_on.data, form.when(), form.policy(), form.reason.data)
    await setting.add_exception(request.user, await _of(request, form), *typed, once=form.once)


async def _drop(request: Request, form: Any) -> None:
    typed = (form.starts_on.data, form.position.data, form.reason.data)
    await setting.drop_exception(request.user, await _of(request, form), *typed)


async def show_page(request: Request, status: int = 200, **sent: Form) -> Template:
    """The page with its forms; `sent` is one that came back with errors."""
    ladders = await queries.ladders_at_desk(request.user)
    current = as_now(ladders[0].newest.terms)  # of the estate that the list begins with
    forms: dict[str, Any] = {
        "terms": EverybodyForm(**current),
        "exception": ExceptionForm(**current),
        "drop": DropForm(),
    }
    wrong = next(iter(sent.values()), None)
    return page(request, "arrears/ladder/ladder.html", status=status, title=_("Collection rules"), ladders=ladders,
                wrong=wrong, **(forms | sent))  # fmt: skip


router = Router("/desk/ladder", route_handlers=[show, set_terms, add_exception, drop], guards=[staff(May.read_ladder)])
