"""Published statements, as owners read and download them."""

from collections.abc import Awaitable
from functools import partial
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.accounts.publishing.vouchers import document_of
from portal.accounts.questions import actions as asking
from portal.accounts.statement_pages import queries
from portal.accounts.statement_pages.documents import csv_of, statement_pdf, xlsx_of
from portal.accounts.statement_pages.forms import QuestionForm
from portal.accounts.statement_pages.rows import StatementPage
from portal.kit.errors import Missing
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import PageNumber, flash, go, jpeg, page, pdf
from portal.web.pages.guards import owner
from portal.web.request.request_context import Answer, Request

FILES = ("csv", "xlsx", "pdf")


@get("/", name="statements:list")
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """All published statements, newest first."""
    statements, estates = await queries.statements_of(request.user, number), await queries.estates_of(request.user)
    return page(request, "accounts/statement_pages/list.html", title=_("Accounts"), found=statements, estates=estates)


@get("/{which:str}", name="statements:show")
async def show(request: Request, which: FromPath[str]) -> Answer | Template:
    """A statement by fund; with `.csv`, `.xlsx` or `.pdf` after its id, the same as a file."""
    statement, kind = _named(which)
    statement_view = await queries.statement_of(request.user, statement)
    if kind == "pdf":
        made = await statement_pdf(statement_view, request.app.state.settings.base_url, request.app.state.web.sandbox)
        return pdf(made, "statement.pdf")
    if kind:
        return csv_of(statement_view) if kind == "csv" else xlsx_of(statement_view)
    asked = partial(QuestionForm, funds=statement_view.funds)
    return statement_page(request, statement_view, await begin(request, asked, line=request.query_params.get("line")))


@post("/{which:str}/questions", name="statements:ask")
async def ask(request: Request, which: FromPath[str]) -> Answer:
    """Ask about a line, in public."""
    statement, _kind = _named(which)
    statement_view = await queries.statement_of(request.user, statement)
    form = QuestionForm(await request.form(), funds=statement_view.funds)
    if form.validate() and await form.accepts(_ask(request, statement, form)):
        flash(request, N_("Your question has been published. You will find the answer in your messages."))
        return go(request, "statements:show", which=which)
    return statement_page(request, statement_view, form, status=422)


@get("/{which:str}/documents/{photo:uuid}", name="statements:document")
async def document(request: Request, which: FromPath[str], photo: FromPath[UUID]) -> Response[bytes]:
    """The picture of a voucher for a line."""
    statement, _kind = _named(which)
    return jpeg(await document_of(request.user, statement, photo))


def _ask(request: Request, statement: UUID, form: QuestionForm) -> Awaitable[UUID]:
    return asking.ask(request.user, statement, form.line.data, form.text.data, once=form.once)


def statement_page(request: Request, view: StatementPage, form: QuestionForm, status: int = 200) -> Template:
    """A statement with its questions and the form to ask."""
    return page(
        request, "accounts/statement_pages/show.html", status=status, title=view.row.title, found=view, form=form
    )


def _named(which: str) -> tuple[UUID, str]:
    """The id, and the ending after its dot. Raises Missing for anything else."""
    ident, dot, kind = which.partition(".")
    try:
        statement = UUID(ident)
    except ValueError:
        raise Missing from None
    if str(statement) != ident.lower() or (dot and kind not in FILES):
        raise Missing
    return statement, kind


router = Router("/statements", route_handlers=[list_, show, ask, document], guards=[owner])
