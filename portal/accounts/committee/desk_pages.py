"""Desk pages on which staff ask a committee about an expense and record its cost."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.accounts.committee import actions
from portal.accounts.committee.forms import ExpenseForm, SpentForm
from portal.accounts.committee.queries import expense_at, spending_at
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.people.persons.queries import estates_to_pick
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import of_one_estate, staff
from portal.web.request.request_context import Answer, Request


@get("/", name="desk.expenses:list", guards=[of_one_estate])
async def list_(request: Request) -> Template:
    """The expenses put to the committee, and those made without asking it."""
    spending = await spending_at(request.user)
    return page(request, "accounts/committee/desk/list.html", title=_("Expenses for the committee"), estates=spending)


@get("/new", name="desk.expenses:new", guards=[staff(May.ask_expenses)])
async def new(request: Request) -> Template:
    """The form for a new expense."""
    return await new_page(request, await begin(request, ExpenseForm))


@post("/new", name="desk.expenses:ask", guards=[staff(May.ask_expenses)])
async def ask(request: Request) -> Answer:
    """Ask the committee."""
    form: Any = await _offered(request, ExpenseForm(await request.form()))
    if form.validate() and await form.accepts(
        actions.ask_committee(request.user, form.community.data, form.wanted(), once=form.once)
    ):
        flash(request, N_("The members of the committee have been asked."))
        return go(request, "desk.expenses:show", expense=form.outcome)
    return await new_page(request, form, status=422)


@get("/{expense:uuid}", name="desk.expenses:show")
async def show(request: Request, expense: FromPath[UUID]) -> Template:
    """One expense, with the form for its cost once it is approved."""
    return await show_page(request, expense, await begin(request, SpentForm))


@post("/{expense:uuid}/spending", name="desk.expenses:spend", guards=[staff(May.ask_expenses)])
async def spend(request: Request, expense: FromPath[UUID]) -> Answer:
    """Record what it cost."""
    form: Any = SpentForm(await request.form())
    if form.validate() and await form.accepts(
        actions.spend(request.user, expense, form.amount.data, form.on_day.data, form.decided_by.data)
    ):
        flash(request, N_("Recorded."))
        return go(request, "desk.expenses:show", expense=expense)
    return await show_page(request, expense, form, status=422)


async def _offered(request: Request, form: Any) -> Any:
    form.community.offer(await estates_to_pick(request.user, May.ask_expenses))
    return form


async def new_page(request: Request, form: Any, status: int = 200) -> Template:
    """The form for a new expense, for both verbs."""
    return page(request, "accounts/committee/desk/new.html", status=status, title=_("Ask the committee"),
                form=await _offered(request, form))  # fmt: skip


async def show_page(request: Request, expense: UUID, form: SpentForm, status: int = 200) -> Template:
    """One expense, for both verbs."""
    return page(request, "accounts/committee/desk/show.html", status=status, title=_("Expenses for the committee"),
                one=await expense_at(request.user, expense), form=form)  # fmt: skip


router = Router("/desk/expenses", route_handlers=[list_, new, ask, show, spend], guards=[staff(May.read_expenses)])
