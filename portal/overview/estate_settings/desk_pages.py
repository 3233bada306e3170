"""The settings of an estate at the desk: its working calendar and its property company."""

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.overview.estate_settings.forms import CompanyForm, DayForm
from portal.overview.estate_settings.queries import calendar_at, calendars_of, companies_of, company_at
from portal.overview.estate_settings.states import DayKind
from portal.people.estates.actions import set_company, set_working_day
from portal.people.persons.permissions import May
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import staff, stepped_up
from portal.web.request.request_context import Answer, Request


@get("/calendar", name="desk.calendar:show")
async def show(request: Request) -> Template:
    """The calendars, and the form for one more day."""
    return await calendar_page(request, await begin(request, DayForm))


@post("/calendar", name="desk.calendar:set", guards=[staff(May.set_calendar)])
async def set_day(request: Request) -> Answer:
    """Set a day as working day or day off."""
    form = DayForm(await request.form())
    if not form.validate():
        return await calendar_page(request, form, status=422)
    estate = await calendar_at(request.user, form.community.data or "")
    works = form.kind.data is DayKind.working
    await set_working_day(estate.id, form.on.data, working=works, note=form.note.data, actor=request.user.actor)
    flash(request, N_("The day has been saved. New deadlines will follow it."))
    return go(request, "desk.calendar:show")


async def calendar_page(request: Request, form: DayForm, status: int = 200) -> Template:
    """The calendars with the form, for both verbs."""
    calendars = await calendars_of(request.user)
    title = _("Working-day calendar")
    return page(
        request, "overview/estate_settings/calendar.html", status=status, title=title, calendars=calendars, form=form
    )


router = Router("/desk", route_handlers=[show, set_day], guards=[staff(May.read_calendar)])


@get("/companies", name="desk.companies:list")
async def list_(request: Request) -> Template:
    """The estates with their companies, and the details that are missing."""
    title = _("The company")
    return page(
        request, "overview/estate_settings/companies.html", title=title, companies=await companies_of(request.user)
    )


@get("/companies/{code:str}", name="desk.companies:show", guards=[staff(May.set_companies)])
async def show_company(request: Request, code: FromPath[str]) -> Template:
    """The form with the known details."""
    company = await company_at(request.user, code)
    return await company_page(request, code, await begin(request, CompanyForm, **company.creditor.as_facts()))


@post("/companies/{code:str}", name="desk.companies:set", guards=[staff(May.set_companies), stepped_up])
async def enter(request: Request, code: FromPath[str]) -> Answer:
    """Save the details; people send their money to this account, so a stolen session is not enough."""
    company, form = await company_at(request.user, code), CompanyForm(await request.form())
    if not form.validate():
        return await company_page(request, code, form, status=422)
    await set_company(company.id, form.data, actor=request.user.actor)
    flash(request, N_("The company details have been saved. Documents already issued stay as they were."))
    return go(request, "desk.companies:list")


async def company_page(request: Request, code: str, form: CompanyForm, status: int = 200) -> Template:
    """The form, for both verbs."""
    company = await company_at(request.user, code)
    return page(
        request,
        "overview/estate_settings/company.html",
        status=status,
        title=company.creditor.estate,
        found=company,
        form=form,
    )


company_router = Router("/desk", route_handlers=[list_, show_company, enter], guards=[staff(May.read_companies)])
