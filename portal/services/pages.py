"""What was done on the estate, as residents read it."""

from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.services import queries
from portal.services.states import ServiceArea
from portal.web.guards import owner
from portal.web.i18n import _
from portal.web.page import PageNumber, page
from portal.web.pictures import jpeg


@get("/", name="services:list")
async def list_(
    request: Request, area: FromQuery[str] = "", month: FromQuery[str] = "", number: PageNumber = 1
) -> Template:
    """What was done, newest first."""
    wanted = queries.area_of(area), queries.month_of(month)
    found = await queries.records_of(request.user, *wanted, number)
    return page(request, "services/list.html", title=_("What was done"), found=found, area=wanted[0], month=wanted[1],
                areas=list(ServiceArea))  # fmt: skip


@get("/{record:uuid}", name="services:show")
async def show(request: Request, record: FromPath[UUID]) -> Template:
    """One piece of work with its photos."""
    found = await queries.record_of(request.user, record)
    return page(request, "services/show.html", title=found.title, found=found)


@get("/{record:uuid}/photos/{photo:uuid}", name="services:photo")
async def photo(
    request: Request, record: FromPath[UUID], photo: FromPath[UUID], thumb: FromQuery[str] = ""
) -> Response[bytes]:
    """A photo, or with `thumb=1` its thumbnail."""
    return jpeg(await queries.photo_of_record(request.user, record, photo, small=bool(thumb)))


router = Router("/services", route_handlers=[list_, show, photo], guards=[owner])
