"""The desk's questions on published accounts: the most urgent first, answered in public."""

from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.accounts.questions import actions as asking
from portal.accounts.statement_pages.forms import AnswerForm
from portal.kit.i18n import N_
from portal.people.persons.permissions import May
from portal.web.forms.unsent_forms import begin
from portal.web.pages.guards import staff
from portal.web.pages.page import flash, go, page
from portal.web.request.i18n import _


@get("/", name="desk.questions:list")
async def list_(request: Request) -> Template:
    """What waits for an answer, and what was answered last."""
    found = await asking.questions_at_desk(request.user)
    return page(
        request, "accounts/statement_pages/desk/list.html", title=_("Questions on the accounts"), questions=found
    )


@get("/{question:uuid}", name="desk.questions:show")
async def show(request: Request, question: FromPath[UUID]) -> Template:
    """One question, with the form to answer it."""
    return await question_page(request, question, await begin(request, AnswerForm))


@post("/{question:uuid}/answer", name="desk.questions:answer", guards=[staff(May.answer_questions)])
async def answer(request: Request, question: FromPath[UUID]) -> Response:
    """Answer for everybody to read."""
    form = AnswerForm(await request.form())
    if form.validate() and await form.accepts(asking.answer(request.user, question, form.text.data)):
        flash(request, N_("Published. Whoever asked has been told."))
        return go(request, "desk.questions:list")
    return await question_page(request, question, form, status=422)  # type: ignore[return-value]


async def question_page(request: Request, question: UUID, form: AnswerForm, status: int = 200) -> Template:
    """The page that the GET and an answer with errors show."""
    found = await asking.question_at_desk(request.user, question)
    return page(request, "accounts/statement_pages/desk/show.html", status=status,
                title=_("A question on the accounts"), one=found, form=form,
                may_answer=bool(request.user.where(May.answer_questions)))  # fmt: skip


router = Router("/desk/questions", route_handlers=[list_, show, answer], guards=[staff()])
