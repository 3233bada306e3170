"""The desk's statements: look a draft over, then publish it under one's own name."""

from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.kit.i18n import N_
from portal.statements import actions, queries
from portal.web.guards import staff
from portal.web.i18n import _
from portal.web.page import PageNumber, flash, go, page


@get("/", name="desk.statements:list", guards=[staff()])
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """Drafts first, then what was published."""
    found = await queries.statements_at(request.user, number)
    return page(request, "desk/statements/list.html", title=_("Accounts"), found=found)


@get("/{statement:uuid}", name="desk.statements:show", guards=[staff()])
async def show(request: Request, statement: FromPath[UUID]) -> Template:
    """Lines, sums and what to look at before publishing."""
    found = await queries.statement_at(request.user, statement)
    return page(request, "desk/statements/show.html", title=found.shown.row.title, found=found.shown, desk=found)


@post("/{statement:uuid}/publication", name="desk.statements:publish", guards=[staff(*actions.PUBLISHERS)])
async def publish(request: Request, statement: FromPath[UUID]) -> Response:
    """Publish a draft; it never changes again."""
    await actions.publish_statement(statement, by=request.user)
    flash(request, N_("Published. Everyone of the estate has been told."))
    return go(request, "desk.statements:show", statement=statement)


router = Router("/desk/statements", route_handlers=[list_, show, publish])
