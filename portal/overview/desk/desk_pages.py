"""The desk's first pages: today, homes and people, search, audit trail, staff."""

from uuid import UUID

from litestar import Router, get
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.homes.directory.desk_queries import units_at
from portal.kit.language import language
from portal.kit.words import _
from portal.overview.desk import lookup, queries
from portal.overview.desk.losses import losses_of
from portal.overview.desk.queries import today_of
from portal.overview.health.queries import channels_off
from portal.people.notices.states import Channel
from portal.people.notices.words import word
from portal.people.persons.permissions import May
from portal.platform.audit.states import AuditVerb
from portal.web.pages.answers import PageNumber, page
from portal.web.pages.guards import of_one_estate, staff
from portal.web.request.request_context import Request


@get("/", name="desk:show", guards=[staff()])
async def show(request: Request) -> Template:
    """Today's work."""
    off = [Channel(name) for name in channels_off(request.app.state.settings)]
    desk = await queries.desk_of(request.user)
    failing = {Channel(name): trouble for name, trouble in desk.failing.items()}
    return page(request, "overview/desk/show.html", title=_("Today's work"), desk=desk, off=off, failing=failing)


@get("/audit", name="desk.audit:list", guards=[staff(May.read_audit), of_one_estate])
async def audit(request: Request, q: FromQuery[str] = "", number: PageNumber = 1) -> Template:
    """The audit trail: who did what."""
    audit_view = await queries.audit_of(request.user, q, number)
    return page(
        request, "overview/desk/audit.html", title=_("Audit trail"), found=audit_view, words=q, verbs=list(AuditVerb)
    )


@get("/messages", name="desk.messages:lost", guards=[staff(May.read_messages)])
async def lost(request: Request, number: PageNumber = 1) -> Template:
    """Messages that did not arrive."""
    losses = await losses_of(request.user, number)
    subjects = {row.id: word(row.kind, row.facts, language()).subject for row in losses.rows}
    title = _("Messages that did not arrive")
    return page(request, "overview/desk/messages.html", title=title, found=losses, subjects=subjects)


@get("/staff", name="desk.staff:list", guards=[staff(May.read_staff), of_one_estate])
async def colleagues(request: Request) -> Template:
    """The staff, with their roles."""
    return page(request, "overview/desk/staff.html", title=_("Staff"), staff=await queries.colleagues_of(request.user))


router = Router("/desk", route_handlers=[show, audit, lost, colleagues])


@get("/units", name="desk.units:list", guards=[of_one_estate])
async def list_(request: Request, q: FromQuery[str] = "", number: PageNumber = 1) -> Template:
    """Homes in natural order."""
    units = await units_at(request.user, q[:80], number)
    return page(request, "overview/desk/list.html", title=_("Homes and people"), found=units, words=q)


@get("/units/{unit:uuid}", name="desk.units:show")
async def show_home(request: Request, unit: FromPath[UUID]) -> Template:
    """A home with its people, its bills and all that is open about it."""
    unit_view = await lookup.unit_page(request.user, unit)
    return page(request, "overview/desk/unit_show.html", title=unit_view.unit.name, found=unit_view)


@get("/search", name="desk.search:show")
async def search(request: Request, q: FromQuery[str] = "") -> Template:
    """The results for the search field of every desk page."""
    return page(
        request, "overview/desk/search.html", title=_("Search"), found=await lookup.search(request.user, q), words=q
    )


homes_router = Router("/desk", route_handlers=[list_, show_home, search], guards=[staff()])


@get("/today", name="desk:today", guards=[staff(), of_one_estate])
async def today(request: Request) -> Template:
    """Today's list."""
    return page(request, "overview/desk/today.html", title=_("Due today"), today=await today_of(request.user))


today_router = Router("/desk", route_handlers=[today])
