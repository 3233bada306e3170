"""The desk's page of payments and messages that match nothing."""

from litestar import Router, get
from litestar.response import Template

from portal.kit.words import _
from portal.money.stripe_events.desk_queries import unmatched_of
from portal.people.persons.permissions import May
from portal.web.pages.answers import page
from portal.web.pages.guards import staff
from portal.web.request.request_context import Request


@get("/", name="desk.unmatched:list")
async def list_(request: Request) -> Template:
    """What somebody has to check, and what to do about it."""
    unmatched = await unmatched_of(request.user)
    return page(request, "money/stripe_events/unmatched.html", title=_("Payments to review"), found=unmatched)


router = Router("/desk/unmatched", route_handlers=[list_], guards=[staff(May.read_unmatched)])
