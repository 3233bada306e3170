"""The desk's first page, the audit trail, and who works here."""

from litestar import Request, Router, get
from litestar.params import FromQuery
from litestar.response import Template

from portal.overview.desk import queries
from portal.overview.desk.losses import losses_of
from portal.people.notices.states import Channel
from portal.people.notices.words import word
from portal.people.persons.permissions import May
from portal.platform.audit.states import AuditVerb
from portal.platform.health.queries import channels_off
from portal.web.pages.guards import of_one_estate, staff
from portal.web.pages.page import PageNumber, page
from portal.web.request.i18n import _, language


@get("/", name="desk:show", guards=[staff()])
async def show(request: Request) -> Template:
    """Today's work."""
    off = [Channel(name) for name in channels_off(request.app.state.settings)]
    desk = await queries.desk_of(request.user)
    failing = {Channel(name): trouble for name, trouble in desk.failing.items()}
    return page(request, "overview/desk/show.html", title=_("Today's work"), desk=desk, off=off, failing=failing)


@get("/audit", name="desk.audit:list", guards=[staff(May.read_audit), of_one_estate])
async def audit(request: Request, q: FromQuery[str] = "", number: PageNumber = 1) -> Template:
    """Who did what."""
    found = await queries.audit_of(request.user, q, number)
    return page(request, "overview/desk/audit.html", title=_("Audit"), found=found, words=q, verbs=list(AuditVerb))


@get("/messages", name="desk.messages:lost", guards=[staff(May.read_messages)])
async def lost(request: Request, number: PageNumber = 1) -> Template:
    """Whom messages did not reach."""
    found = await losses_of(request.user, number)
    subjects = {row.id: word(row.kind, row.facts, language()).subject for row in found.rows}
    title = _("Messages that did not arrive")
    return page(request, "overview/desk/messages.html", title=title, found=found, subjects=subjects)


@get("/staff", name="desk.staff:list", guards=[staff(May.read_staff), of_one_estate])
async def colleagues(request: Request) -> Template:
    """Who works here, with their roles."""
    return page(request, "overview/desk/staff.html", title=_("Staff"), staff=await queries.colleagues_of(request.user))


router = Router("/desk", route_handlers=[show, audit, lost, colleagues])
