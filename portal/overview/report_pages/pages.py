"""Reports for committee members, without debtors."""

from litestar import Response, Router, get
from litestar.params import FromQuery
from litestar.response import Template

from portal.kit.errors import Missing
from portal.kit.words import _
from portal.overview.report_pages.documents import report_file
from portal.overview.reports.committee import committee_of, take_report
from portal.web.pages.answers import page
from portal.web.pages.guards import committee
from portal.web.request.request_context import Request


@get("/", name="committee:show")
async def show(request: Request) -> Template:
    """Collection, ageing, complaints, open questions and files taken, estate by estate."""
    return page(request, "accounts/committee/show.html", title=_("Committee"), estates=await committee_of(request.user))


@get("/file", name="committee:file")
async def file(
    request: Request, estate: FromQuery[str] = "", report: FromQuery[str] = "", kind: FromQuery[str] = ""
) -> Response[bytes]:
    """A report of an estate as a file, csv or xlsx; the download is recorded."""
    chosen = next((one for one in await committee_of(request.user) if one.code == estate), None)
    if chosen is None:
        raise Missing
    made = report_file(chosen.called(report), kind, chosen.span, [chosen.name])
    await take_report(request.user, chosen, f"{report}.{kind}")
    return made


router = Router("/committee", route_handlers=[show, file], guards=[committee])
