"""The desk's figures with their definitions, and each as a file."""

from litestar import Request, Response, Router, get
from litestar.params import FromQuery
from litestar.response import Template

from portal.reports.files import report_file
from portal.reports.queries import REPORTERS, Reports, reports_of
from portal.services.queries import month_of
from portal.web.guards import staff
from portal.web.i18n import _
from portal.web.page import page


@get("/", name="desk.reports:list")
async def list_(request: Request) -> Template:
    """All figures of the months asked for."""
    return page(request, "desk/reports.html", title=_("Figures"), found=await asked_for(request))


@get("/file", name="desk.reports:file")
async def file(request: Request, report: FromQuery[str] = "", kind: FromQuery[str] = "") -> Response[bytes]:
    """One of them as a file: `report` is its code, `kind` csv or xlsx."""
    found = await asked_for(request)
    return report_file(found.called(report), kind, found.span)


async def asked_for(request: Request) -> Reports:
    """The figures of `first` to `last` (2026-11); nonsense asks for this month."""
    first, last = (month_of(request.query_params.get(name, "")) for name in ("first", "last"))
    return await reports_of(request.user, first, last)


router = Router("/desk/reports", route_handlers=[list_, file], guards=[staff(*REPORTERS)])
