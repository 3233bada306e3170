"""The desk's calendar of disclosures, and the posters for the notice board."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.accounts.disclosures import actions, queries
from portal.accounts.disclosures.documents import disclosure_poster, prices_poster, standards_poster
from portal.accounts.disclosures.forms import DisclosureForm
from portal.care.standards.actions import standards_of
from portal.fees.tariffs.queries import price_list
from portal.kit.errors import Missing
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.estates.creditor import Paper
from portal.people.estates.queries import PublicEstate, estate_called
from portal.people.persons.permissions import May
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page, pdf
from portal.web.pages.guards import staff
from portal.web.request.request_context import Answer, Request


@get("/", name="desk.disclosures:list")
async def list_(request: Request) -> Template:
    """The disclosures that are due, overdue and published."""
    calendar = await queries.calendar_at_desk(request.user)
    return page(request, "accounts/disclosures/list.html", title=_("Disclosures"), found=calendar)


@get("/prices", name="desk.disclosures:prices")
async def prices(request: Request, estate: FromQuery[str] = "", size: FromQuery[str] = "a4") -> Response[bytes]:
    """The price list as a poster."""
    result = await own(request, estate)
    items = await price_list(result.id, result.today)
    return pdf(await prices_poster(result, items, address(request, result, "/prices"), size), "prices.pdf")


@get("/standards", name="desk.disclosures:standards")
async def standards(request: Request, estate: FromQuery[str] = "", size: FromQuery[str] = "a4") -> Response[bytes]:
    """The service standards as a poster."""
    result = await own(request, estate)
    promised = await standards_of(result.id, result.today)
    return pdf(await standards_poster(result, promised, address(request, result, "/standards"), size), "standards.pdf")


@get("/{disclosure:uuid}", name="desk.disclosures:show")
async def show(request: Request, disclosure: FromPath[UUID]) -> Template:
    """One disclosure, with the form to record that it was made elsewhere."""
    return await show_page(request, disclosure, await begin(request, DisclosureForm))


@get("/{disclosure:uuid}/poster", name="desk.disclosures:poster")
async def poster(request: Request, disclosure: FromPath[UUID], size: FromQuery[str] = "a4") -> Response[bytes]:
    """The disclosure as a poster."""
    row = await queries.disclosure_of(request.user, disclosure)
    result = await own(request, row.code)
    statements = await queries.statements_for(row)
    link = address(request, result, "/statements")
    return pdf(await disclosure_poster(result, row, statements, link, size), "poster.pdf")


@post("/{disclosure:uuid}/publication", name="desk.disclosures:record", guards=[staff(May.record_disclosures)])
async def record(request: Request, disclosure: FromPath[UUID]) -> Answer:
    """Record where and when it was disclosed."""
    form = DisclosureForm(await request.form())
    if form.validate() and await form.accepts(
        actions.record_disclosure(request.user, disclosure, form.on.data, form.place.data)
    ):
        flash(request, N_("Recorded."))
        return go(request, "desk.disclosures:list")
    return await show_page(request, disclosure, form, status=422)


async def show_page(request: Request, disclosure: UUID, form: DisclosureForm, status: int = 200) -> Template:
    """The page that the GET and a form with errors show."""
    row = await queries.disclosure_of(request.user, disclosure)
    return page(request, "accounts/disclosures/show.html", status=status, title=_("Disclosure"), one=row, form=form,
                may_record=request.user.may(row.community, May.record_disclosures))  # fmt: skip


async def own(request: Request, code: str) -> PublicEstate:
    """An estate of the reader, as its public page shows it.

    Raises Missing for any other, Refused while the company details that posters need are missing.
    """
    result = await estate_called(code)
    if result.id not in request.user.communities:
        raise Missing
    result.creditor.must_fill(Paper.poster)
    return result


def address(request: Request, estate: PublicEstate, path: str) -> str:
    """The address of its public page."""
    return f"{request.app.state.settings.base_url}/e/{estate.code}{path}"


router = Router("/desk/disclosures", route_handlers=[list_, prices, standards, show, poster, record], guards=[staff()])
