"""The desk's statements: check a draft, explain findings, sign, publish, answer questions."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.accounts.publishing import actions, drafts as drafting, vouchers as documents
from portal.accounts.questions import actions as asking
from portal.accounts.statement_pages import queries, versions
from portal.accounts.statement_pages.forms import (
    AnswerForm,
    CorrectionForm,
    DocumentForm,
    DraftForm,
    ExplanationForm,
    StatementTermsForm,
)
from portal.accounts.statement_pages.rows import DeskPage
from portal.accounts.statements.states import Basis, StatementState
from portal.kit.i18n import N_
from portal.kit.words import _, say
from portal.people.persons.permissions import May
from portal.web.forms.choices import UPLOAD_BYTES
from portal.web.forms.forms import Form
from portal.web.forms.unsent_forms import begin, begun
from portal.web.pages.answers import PageNumber, flash, go, jpeg, page
from portal.web.pages.guards import staff
from portal.web.request.request_context import Answer, Request

CORRECTION = ("correction", CorrectionForm)
SAID = {
    StatementState.draft: N_("Signed. It will be published when a second person signs it."),
    StatementState.published: N_("Published. Everyone on the estate has been notified."),
}


@get("/", name="desk.statements:list", guards=[staff()])
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """Drafts first, then the published statements."""
    statements = await queries.statements_at(request.user, number)
    return page(request, "accounts/statement_pages/desk/statement_list.html", title=_("Accounts"), found=statements,
                may_draft=bool(request.user.where(May.publish_statements)))  # fmt: skip


@get("/new", name="desk.statements:new", guards=[staff(May.publish_statements)])
async def new(request: Request) -> Template:
    """The form for a draft from the books."""
    return await draft_page(request, await begin(request, DraftForm, basis=Basis.cash))


@post("/new", name="desk.statements:draft", guards=[staff(May.publish_statements)])
async def draft(request: Request) -> Answer:
    """Make the draft."""
    form: Any = DraftForm(await request.form(), estates=await offered_estates(request))
    if form.validate() and await form.accepts(drafting.draft_from_books(request.user, **form.said)):
        return go(request, "desk.statements:show", statement=form.outcome)
    return await draft_page(request, form, status=422)


async def offered_estates(request: Request) -> list[tuple[str, str]]:
    """The estates that the reader may publish for."""
    return [(str(one.id), one.name) for one in await queries.publishing_estates(request.user)]


async def draft_page(request: Request, form: DraftForm, status: int = 200) -> Template:
    """The form for a draft, for both verbs."""
    form.community.offer(await offered_estates(request))
    return page(
        request,
        "accounts/statement_pages/desk/new.html",
        status=status,
        title=_("Create a draft from the books"),
        form=form,
    )


@get("/{statement:uuid}", name="desk.statements:show", guards=[staff()])
async def show(request: Request, statement: FromPath[UUID]) -> Template:
    """Lines, sums, and what to check before publishing."""
    statement_view = await queries.statement_at(request.user, statement)
    kind = partial(ExplanationForm, offered=offered(statement_view))
    return statement_page(
        request, statement_view, **await begun(request, form=("explanations", kind), correction=CORRECTION)
    )


@post("/{statement:uuid}/publication", name="desk.statements:publish", guards=[staff(May.publish_statements)])
async def publish(request: Request, statement: FromPath[UUID]) -> Answer:
    """Sign a draft; the second signature publishes it, and it never changes again."""
    state = await actions.sign_statement(statement, by=request.user)
    flash(request, SAID[state])
    return go(request, "desk.statements:show", statement=statement)


@post("/{statement:uuid}/explanations", name="desk.statements:explain", guards=[staff(May.publish_statements)])
async def explain(request: Request, statement: FromPath[UUID]) -> Answer:
    """Explain a finding in public."""
    statement_view = await queries.statement_at(request.user, statement)
    form = ExplanationForm(await request.form(), offered=offered(statement_view))
    if form.validate() and await form.accepts(
        drafting.explain_finding(request.user, statement, form.finding.data, form.text.data)
    ):
        flash(request, N_("Saved. It will be published with the statement."))
        return go(request, "desk.statements:show", statement=statement)
    return statement_page(request, statement_view, form=form, status=422)


@post("/{statement:uuid}/correction", name="desk.statements:correct", guards=[staff(May.publish_statements)])
async def correct(request: Request, statement: FromPath[UUID]) -> Answer:
    """Record who found what this version corrects, and until when owners may object."""
    form: Any = CorrectionForm(await request.form())
    accepted = form.validate() and await form.accepts(
        versions.say_correction(request.user, statement, form.found_by.data, form.until.data)
    )
    if accepted:
        flash(request, N_("Saved. It will be published with the statement."))
        return go(request, "desk.statements:show", statement=statement)
    statement_view = await queries.statement_at(request.user, statement)
    return statement_page(request, statement_view, correction=form, status=422)


@post("/{statement:uuid}/documents", name="desk.statements:document_add", guards=[staff(May.publish_statements)],
      request_max_body_size=UPLOAD_BYTES)  # fmt: skip
async def add_document(request: Request, statement: FromPath[UUID]) -> Answer:
    """Attach pictures of vouchers to a line."""
    statement_view = await queries.statement_at(request.user, statement)
    form = DocumentForm(await request.form(), funds=statement_view.shown.funds)
    if form.validate() and await form.accepts(
        documents.add_documents(request.user, statement, form.line.data, form.photos.data)
    ):
        flash(request, N_("Saved. It will be published with the statement."))
        return go(request, "desk.statements:show", statement=statement)
    return statement_page(request, statement_view, papers=form, status=422)


@post("/{statement:uuid}/documents/{document:uuid}/removal", name="desk.statements:document_remove",
      guards=[staff(May.publish_statements)])  # fmt: skip
async def remove_document(request: Request, statement: FromPath[UUID], document: FromPath[UUID]) -> Answer:
    """Remove a picture from a draft."""
    await documents.remove_document(request.user, statement, document)
    return go(request, "desk.statements:show", statement=statement)


@get("/{statement:uuid}/documents/{photo:uuid}", name="desk.statements:document", guards=[staff()])
async def document(request: Request, statement: FromPath[UUID], photo: FromPath[UUID]) -> Response[bytes]:
    """One picture."""
    return jpeg(await documents.document_of(request.user, statement, photo, desk=True))


@get("/{statement:uuid}/terms", name="desk.statements:terms", guards=[staff(May.publish_statements)])
async def terms(request: Request, statement: FromPath[UUID]) -> Template:
    """What the figures are based on: basis and remuneration."""
    statement_view = await queries.statement_at(request.user, statement)
    kind = partial(StatementTermsForm, funds=statement_view.shown.funds)
    return terms_page(request, statement_view, await begin(request, kind, **vars(statement_view.shown.terms)))


@post("/{statement:uuid}/terms", name="desk.statements:set_terms", guards=[staff(May.publish_statements)])
async def set_terms(request: Request, statement: FromPath[UUID]) -> Answer:
    """Set what they are based on."""
    statement_view = await queries.statement_at(request.user, statement)
    form = StatementTermsForm(await request.form(), funds=statement_view.shown.funds)
    if form.validate() and await form.accepts(drafting.set_terms(request.user, statement, **form.said)):
        flash(request, N_("Saved."))
        return go(request, "desk.statements:show", statement=statement)
    return terms_page(request, statement_view, form, status=422)


def offered(statement_view: DeskPage) -> list[tuple[str, str]]:
    """Key and words of every finding, the unexplained first."""
    by_need = sorted(statement_view.shown.explained, key=lambda one: bool(one.words))
    return [(one.finding.key, say(one.says)) for one in by_need]


def statement_page(request: Request, view: DeskPage, status: int = 200, **typed: Form) -> Template:
    """A statement with its checks and forms as typed: `form` to explain, `papers`, `correction`."""
    correction = view.shown.correction
    forms: dict[str, Any] = {
        "form": ExplanationForm(offered=offered(view)),
        "papers": DocumentForm(funds=view.shown.funds),
        "correction": CorrectionForm(
            found_by=correction and correction.found_by, until=correction and correction.until
        ),
    } | typed
    return page(request, "accounts/statement_pages/desk/statement_show.html", status=status,
                title=view.shown.row.title, found=view.shown, desk=view, **forms)  # fmt: skip


def terms_page(request: Request, statement_view: DeskPage, form: StatementTermsForm, status: int = 200) -> Template:
    """The form for the terms, for both verbs."""
    return page(request, "accounts/statement_pages/desk/terms.html", status=status, title=_("Accounting basis"),
                found=statement_view.shown, form=form)  # fmt: skip


router = Router(
    "/desk/statements",
    route_handlers=[
        list_,
        new,
        draft,
        show,
        publish,
        explain,
        correct,
        terms,
        set_terms,
        add_document,
        remove_document,
        document,
    ],
)


@get("/", name="desk.questions:list")
async def list_questions(request: Request) -> Template:
    """The questions that wait for an answer, and the latest answers."""
    questions = await asking.questions_at_desk(request.user)
    return page(
        request, "accounts/statement_pages/desk/list.html", title=_("Questions on the accounts"), questions=questions
    )


@get("/{question:uuid}", name="desk.questions:show")
async def show_question(request: Request, question: FromPath[UUID]) -> Template:
    """One question, with the form to answer it."""
    return await question_page(request, question, await begin(request, AnswerForm))


@post("/{question:uuid}/answer", name="desk.questions:answer", guards=[staff(May.answer_questions)])
async def answer(request: Request, question: FromPath[UUID]) -> Answer:
    """Answer in public."""
    form = AnswerForm(await request.form())
    if form.validate() and await form.accepts(asking.answer(request.user, question, form.text.data)):
        flash(request, N_("Published. The person who asked has been notified."))
        return go(request, "desk.questions:list")
    return await question_page(request, question, form, status=422)


async def question_page(request: Request, question: UUID, form: AnswerForm, status: int = 200) -> Template:
    """The question with the form, for both verbs."""
    question_view = await asking.question_at_desk(request.user, question)
    return page(request, "accounts/statement_pages/desk/show.html", status=status,
                title=_("Question on the accounts"), one=question_view, form=form,
                may_answer=bool(request.user.where(May.answer_questions)))  # fmt: skip


questions_router = Router("/desk/questions", route_handlers=[list_questions, show_question, answer], guards=[staff()])
