"""Published statements, as owners read and download them."""

from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.params import FromPath
from litestar.response import Template

from portal.kit.errors import Missing
from portal.statements import queries
from portal.statements.sheet import csv_of
from portal.web.guards import owner
from portal.web.i18n import _
from portal.web.page import PageNumber, page


@get("/", name="statements:list")
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """Everything published, newest first."""
    found, estates = await queries.statements_of(request.user, number), await queries.estates_of(request.user)
    return page(request, "statements/list.html", title=_("Accounts"), found=found, estates=estates)


@get("/{which:str}", name="statements:show")
async def show(request: Request, which: FromPath[str]) -> Response:
    """A statement by fund, or with `.csv` behind its id the same as a file."""
    statement, kind = _named(which)
    found = await queries.statement_of(request.user, statement)
    if kind == "csv":
        return csv_of(found)
    return page(request, "statements/show.html", title=found.row.title, found=found)


def _named(which: str) -> tuple[UUID, str]:
    """The id and what follows its dot. Raises Missing for anything else."""
    ident, dot, kind = which.partition(".")
    try:
        statement = UUID(ident)
    except ValueError:
        raise Missing from None
    if str(statement) != ident.lower() or (dot and kind != "csv"):
        raise Missing
    return statement, kind


router = Router("/statements", route_handlers=[list_, show], guards=[owner])
