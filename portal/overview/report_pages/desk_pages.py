"""The desk's reports with their definitions, and each as a file."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromQuery
from litestar.response import Template

from portal.care.services.queries import month_of
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.overview.kept_figures.queries import Overview, of_many, overview_of
from portal.overview.report_pages.actions import costs_of, set_cost
from portal.overview.report_pages.documents import overview_file, report_file
from portal.overview.report_pages.forms import CostForm
from portal.overview.reports.queries import Reports, reports_of
from portal.people.persons.permissions import May
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import staff
from portal.web.request.request_context import Answer, Request


@get("/", name="desk.reports:list")
async def list_(request: Request) -> Template:
    """All figures of the months asked for; if there are many estates, the stored ones."""
    if of_many(request.user):
        return page(request, "overview/report_pages/overview.html", title=_("Reports"), found=await kept(request))
    return page(request, "overview/report_pages/reports.html", title=_("Reports"), found=await asked_for(request))


@get("/arrears", name="desk.reports:arrears")
async def arrears(request: Request) -> Template:
    """The debt past due in all estates together, as last counted; also a part of the desk's first page."""
    overview, title = await overview_of(request.user), _("Arrears of all estates")
    return page(
        request,
        "overview/report_pages/arrears.html",
        fragment="overview/report_pages/_arrears.html",
        quiet=True,
        title=title,
        found=overview,
    )


@get("/file", name="desk.reports:file")
async def file(request: Request, report: FromQuery[str] = "", kind: FromQuery[str] = "") -> Response[bytes]:
    """A report as a file: `report` is its code, or `estates` for a row of each estate; `kind` csv or xlsx."""
    result: Reports | Overview
    if of_many(request.user):
        result = await kept(request)
        if report == "estates":
            return overview_file(result, kind)
    else:
        result = await asked_for(request)
    return report_file(result.called(report), kind, result.span, result.estates)


@get("/costs", name="desk.reports:costs")
async def costs(request: Request) -> Template:
    """The costs of steps, and the form to set them."""
    return await costs_page(request, await begin(request, CostForm))


@post("/costs", name="desk.reports:set_cost", guards=[staff(May.set_step_costs)])
async def set_one(request: Request) -> Answer:
    """Set the cost of a step from a day on."""
    form: Any = CostForm(await request.form())
    form.community.offer((await costs_of(request.user)).estates)
    if form.validate() and await form.accepts(
        set_cost(request.user, form.community.data, form.step.data, form.amount.data, form.starts_on.data)
    ):
        flash(request, N_("Recorded."))
        return go(request, "desk.reports:costs")
    return await costs_page(request, form, status=422)


async def costs_page(request: Request, form: Any, status: int = 200) -> Template:
    """The costs of steps, for both verbs."""
    costs_view = await costs_of(request.user)
    form.community.offer(costs_view.estates)
    return page(
        request,
        "overview/report_pages/step_costs.html",
        status=status,
        title=_("Cost of each step"),
        found=costs_view,
        form=form,
    )


async def asked_for(request: Request) -> Reports:
    """The figures of `first` to `last` (2026-11); invalid values mean this month."""
    first, last = (month_of(request.query_params.get(name, "")) for name in ("first", "last"))
    return await reports_of(request.user, first, last)


async def kept(request: Request) -> Overview:
    """The figures of many estates in a `month` (2026-11); invalid values mean this month."""
    return await overview_of(request.user, month_of(request.query_params.get("month", "")))


router = Router(
    "/desk/reports", route_handlers=[list_, arrears, file, costs, set_one], guards=[staff(May.read_reports)]
)
