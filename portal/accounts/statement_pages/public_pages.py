"""An estate's public pages: its company, prices and statements, without people, homes or notes."""

from uuid import UUID

from litestar import Response, Router, get
from litestar.params import FromPath
from litestar.response import Template

from portal.accounts.statement_pages import queries
from portal.fees.tariffs.queries import price_list
from portal.kit.words import _
from portal.people.estates.queries import estate_called
from portal.web.pages.answers import PageNumber
from portal.web.pages.http_cache import kept_page, mark_of, unchanged
from portal.web.request.request_context import Request

LATEST = 3


@get("/{code:str}", name="estate:show")
async def show(request: Request, code: FromPath[str]) -> Template:
    """The estate's details and what it publishes."""
    estate = await estate_called(code)
    prices = await price_list(estate.id, estate.today)
    published = await queries.published_by(estate.id, most=LATEST)
    return kept_page(request, "accounts/statement_pages/public/estate.html", title=estate.name, estate=estate,
                     prices=prices, found=published)  # fmt: skip


@get("/{code:str}/statements", name="estate:statements")
async def statements(request: Request, code: FromPath[str], number: PageNumber = 1) -> Template:
    """All published statements, newest first."""
    estate = await estate_called(code)
    published = await queries.published_by(estate.id, number)
    return kept_page(
        request,
        "accounts/statement_pages/public/statements.html",
        title=_("Published accounts"),
        estate=estate,
        found=published,
    )


@get("/{code:str}/statements/{statement:uuid}", name="estate:statement")
async def statement(request: Request, code: FromPath[str], statement: FromPath[UUID]) -> Template | Response[None]:
    """One statement by fund."""
    estate = await estate_called(code)
    mark = mark_of(request, estate, await queries.facts_of(estate.id, statement))
    if (same := unchanged(request, mark)) is not None:
        return same
    shown = await queries.published_statement(estate.id, statement)
    return kept_page(request, "accounts/statement_pages/public/statement.html", mark, title=shown.row.title,
                     estate=estate, found=shown)  # fmt: skip


router = Router("/e", route_handlers=[show, statements, statement], opt={"public": True, "keep": 300})
