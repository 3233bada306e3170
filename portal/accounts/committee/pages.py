"""Pages on which a committee member votes, and chooses whether others see their own payments."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.accounts.committee import actions
from portal.accounts.committee.forms import ConsentForm, VoteForm
from portal.accounts.committee.queries import expense_of
from portal.kit.errors import Missing
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import committee
from portal.web.request.request_context import Answer, Request


@get("/expenses/{expense:uuid}", name="committee:expense")
async def expense(request: Request, expense: FromPath[UUID]) -> Template:
    """An expense, with the form to vote on it."""
    return await expense_page(request, expense, await begin(request, VoteForm))


@post("/expenses/{expense:uuid}/votes", name="committee:vote")
async def vote(request: Request, expense: FromPath[UUID]) -> Answer:
    """Vote on it."""
    form: Any = VoteForm(await request.form())
    if form.validate() and await form.accepts(
        actions.vote(request.user, expense, form.voice.data, form.note.data or "")
    ):
        flash(request, N_("Your vote has been recorded."))
        return go(request, "committee:expense", expense=expense)
    return await expense_page(request, expense, form, status=422)


@post("/consent", name="committee:consent")
async def consent(request: Request) -> Answer:
    """Agree that the committee sees whether one's own bills are paid, or withdraw that."""
    form: Any = ConsentForm(await request.form())
    form.community.options = [(str(one), "") for one in request.user.committees]
    if not form.validate():
        raise Missing
    await actions.consent(request.user, form.community.data, form.given.data)
    flash(request, N_("Saved."))
    return go(request, "committee:show")


async def expense_page(request: Request, expense: UUID, form: VoteForm, status: int = 200) -> Template:
    """One expense, for both verbs."""
    return page(request, "accounts/committee/expense.html", status=status, title=_("Expenses for the committee"),
                one=await expense_of(request.user, expense), form=form)  # fmt: skip


router = Router("/committee", route_handlers=[expense, vote, consent], guards=[committee])
