"""What members of an owners' committee read: figures without debtors."""

from litestar import Request, Response, Router, get
from litestar.params import FromPath
from litestar.response import Template

from portal.kit.errors import Missing
from portal.reports.committee import committee_of, take_report
from portal.reports.files import report_file
from portal.web.guards import committee
from portal.web.i18n import _
from portal.web.page import page


@get("/", name="committee:show")
async def show(request: Request) -> Template:
    """Collection, ageing, complaints, open questions and files taken, estate by estate."""
    return page(request, "committee/show.html", title=_("Committee"), estates=await committee_of(request.user))


@get("/{code:str}/{which:str}", name="committee:file")
async def file(request: Request, code: FromPath[str], which: FromPath[str]) -> Response[bytes]:
    """One of the reports as a file; that it was taken is written down."""
    estate = next((one for one in await committee_of(request.user) if one.code == code), None)
    if estate is None:
        raise Missing
    report, _dot, ending = which.partition(".")
    made = report_file(estate.called(report), ending, estate.span)
    await take_report(request.user, estate, which)
    return made


router = Router("/committee", route_handlers=[show, file], guards=[committee])
