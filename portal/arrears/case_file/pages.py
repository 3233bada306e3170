"""The debtor's own page of a case: where they stand, why, what happens next, and how to stop it."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.arrears.case_file import queries
from portal.arrears.case_file.forms import HardshipForm
from portal.arrears.contacts import holding as telling
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import owner
from portal.web.request.request_context import Answer, Request


@get("/", name="case:show")
async def show(request: Request) -> Template:
    """All cases of the reader."""
    return page(
        request, "arrears/case_file/show.html", title=_("Where I stand"), mine=await queries.cases_of(request.user)
    )


@get("/{case:uuid}/hardship", name="case:hardship")
async def hardship(request: Request, case: FromPath[UUID]) -> Template:
    """The form to say that one cannot pay right now."""
    return await hardship_page(request, case, await begin(request, HardshipForm))


@post("/{case:uuid}/hardship", name="case:tell")
async def tell(request: Request, case: FromPath[UUID]) -> Answer:
    """Pause everything for two weeks."""
    form: Any = HardshipForm(await request.form())
    if form.validate() and await form.accepts(
        telling.tell_hardship(request.user, case, form.text.data, once=form.once)
    ):
        flash(request, N_("Thank you. Nothing will happen before %(day)s, and we will contact you."), day=form.outcome)
        return go(request, "case:show")
    return await hardship_page(request, case, form, status=422)


async def hardship_page(request: Request, case: UUID, form: HardshipForm, status: int = 200) -> Template:
    """The form, for both verbs."""
    case_view = await telling.case_to_hold(request.user, case)
    return page(
        request,
        "arrears/case_file/hardship.html",
        status=status,
        title=_("I cannot pay right now"),
        found=case_view,
        form=form,
    )


router = Router("/case", route_handlers=[show, hardship, tell], guards=[owner])
