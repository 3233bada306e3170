"""Work done on the estate, as residents see it."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.care.services import queries, rating
from portal.care.services.forms import RatingForm
from portal.care.services.rounds import delivered_in
from portal.care.standards.states import ServiceArea
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import PageNumber, flash, go, jpeg, page
from portal.web.pages.guards import owner
from portal.web.request.request_context import Answer, Request


@get("/", name="services:list")
async def list_(
    request: Request, area: FromQuery[str] = "", month: FromQuery[str] = "", number: PageNumber = 1
) -> Template:
    """What was promised and done in a month, by default this one; or all that was done, newest first."""
    promised = await delivered_in(request.user, queries.month_of(month))
    wanted = queries.area_of(area), None if month == queries.ALL else promised.first
    records = await queries.records_of(request.user, *wanted, number)
    return page(request, "care/services/list.html", title=_("What was done"), found=records, area=wanted[0],
                month=wanted[1], areas=list(ServiceArea), promised=promised)  # fmt: skip


@get("/delivered", name="services:delivered")
async def delivered(request: Request, first: FromQuery[str] = "", last: FromQuery[str] = "") -> Template:
    """What was promised and done in the months of a bill; as a part of its page, or as a page."""
    delivered_view = await delivered_in(request.user, queries.month_of(first), queries.month_of(last))
    return page(request, "care/services/delivered.html", fragment="care/services/_delivered.html", quiet=True,
                title=_("Promised and done"), promised=delivered_view)  # fmt: skip


@get("/{record:uuid}", name="services:show")
async def show(request: Request, record: FromPath[UUID]) -> Template:
    """One piece of work with its photos."""
    return await record_page(request, record, await begin(request, RatingForm))


@post("/{record:uuid}/rating", name="services:rate")
async def rate(request: Request, record: FromPath[UUID]) -> Answer:
    """Rate a piece of work."""
    form = RatingForm(await request.form())
    if form.validate():
        await rating.rate(request.user, record, form.stars.data, form.text.data or "")
        flash(request, N_("Thank you. The service centre can see your rating."))
        return go(request, "services:show", record=record)
    return await record_page(request, record, form, status=422)


async def record_page(request: Request, record: UUID, form: RatingForm, status: int = 200) -> Template:
    """One piece of work, its ratings, and the form to rate it."""
    record_view = await queries.record_of(request.user, record)
    rated = await rating.ratings_of(request.user, record)
    return page(
        request,
        "care/services/show.html",
        status=status,
        title=record_view.title,
        found=record_view,
        rated=rated,
        form=form,
    )


@get("/{record:uuid}/photos/{photo:uuid}", name="services:photo")
async def photo(
    request: Request, record: FromPath[UUID], photo: FromPath[UUID], thumb: FromQuery[str] = ""
) -> Response[bytes]:
    """A photo, or with `thumb=1` its thumbnail."""
    return jpeg(await queries.photo_of_record(request.user, record, photo, small=bool(thumb)))


router = Router("/services", route_handlers=[list_, delivered, show, rate, photo], guards=[owner])
