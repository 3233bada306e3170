"""The desk's working calendar: which days an estate keeps differently from the national calendar."""

from litestar import Request, Response, Router, get, post
from litestar.response import Template

from portal.kit.i18n import N_
from portal.overview.estate_settings.forms import DayForm
from portal.overview.estate_settings.queries import calendar_at, calendars_of
from portal.overview.estate_settings.states import DayKind
from portal.people.estates.actions import set_working_day
from portal.people.persons.permissions import May
from portal.web.forms.unsent_forms import begin
from portal.web.pages.guards import staff
from portal.web.pages.page import flash, go, page
from portal.web.request.i18n import _


@get("/calendar", name="desk.calendar:show")
async def show(request: Request) -> Template:
    """The calendars, and the form for one more day."""
    return await calendar_page(request, await begin(request, DayForm))


@post("/calendar", name="desk.calendar:set", guards=[staff(May.set_calendar)])
async def set_day(request: Request) -> Response:
    """Keep a day differently."""
    form = DayForm(await request.form())
    if not form.validate():
        return await calendar_page(request, form, status=422)
    estate = await calendar_at(request.user, form.community.data or "")
    works = form.kind.data is DayKind.working
    await set_working_day(estate.id, form.on.data, working=works, note=form.note.data, actor=request.user.actor)
    flash(request, N_("The day is kept. Deadlines reckoned from now on follow it."))
    return go(request, "desk.calendar:show")


async def calendar_page(request: Request, form: DayForm, status: int = 200) -> Template:
    """The page for both verbs."""
    calendars = await calendars_of(request.user)
    title = _("Working calendar")
    return page(
        request, "overview/estate_settings/calendar.html", status=status, title=title, calendars=calendars, form=form
    )


router = Router("/desk", route_handlers=[show, set_day], guards=[staff(May.read_calendar)])
