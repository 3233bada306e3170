"""Calls and visits at the desk: the queue of today, the sheet for one home, and what came of it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.arrears.cases.states import ContactChannel, NextStep
from portal.collection.outreach import queries
from portal.collection.outreach.actions import record_talk
from portal.collection.outreach.documents import pack_pdf
from portal.collection.outreach.forms import CallForm, VisitForm
from portal.collection.outreach.sheets import sheet_of
from portal.collection.outreach.states import Whose
from portal.collection.outreach.visits import pack_of, packs_of_building
from portal.kit.i18n import N_
from portal.people.persons.permissions import May
from portal.web.forms.forms import UPLOAD_BYTES, Form
from portal.web.forms.unsent_forms import begin
from portal.web.pages.guards import of_one_estate, staff
from portal.web.pages.page import PageNumber, flash, go, page
from portal.web.pages.papers import pdf
from portal.web.request.i18n import _


@get("/calls", name="desk.calls:list", guards=[of_one_estate])
async def calls(request: Request, number: PageNumber = 1) -> Template:
    """Whom to call today; `whose`, `building` and `waiting` choose."""
    return await queue_page(request, NextStep.call, _("Calls of today"), number)


@get("/visits", name="desk.visits:list", guards=[of_one_estate])
async def visits(request: Request, number: PageNumber = 1) -> Template:
    """Whom to visit, building by building."""
    return await queue_page(request, NextStep.visit, _("Visits"), number)


@get("/cases/{case:uuid}/call", name="desk.calls:sheet", guards=[staff(May.contact_debtors)])
async def call_sheet(request: Request, case: FromPath[UUID]) -> Template:
    """What to say on the phone, and what came of it."""
    return await sheet_page(request, case, await begin(request, CallForm))


@post("/cases/{case:uuid}/call", name="desk.calls:record", guards=[staff(May.contact_debtors)])
async def call(request: Request, case: FromPath[UUID]) -> Response:
    """Record a call."""
    form = CallForm(await request.form())
    if form.validate() and await form.accepts(record_talk(request.user, case, ContactChannel.call, form.talk())):
        flash(request, N_("Recorded. It stays as it is; record another contact to add something."))
        return go(request, "desk.calls:list")
    return await sheet_page(request, case, form, status=422)  # type: ignore[return-value]


@get("/cases/{case:uuid}/visit", name="desk.visits:sheet", guards=[staff(May.contact_debtors)])
async def visit_sheet(request: Request, case: FromPath[UUID]) -> Template:
    """What to take along, and what came of it."""
    return await sheet_page(request, case, await begin(request, VisitForm), visit=True)


@post(
    "/cases/{case:uuid}/visit",
    name="desk.visits:record",
    guards=[staff(May.contact_debtors)],
    request_max_body_size=UPLOAD_BYTES,
)
async def visit(request: Request, case: FromPath[UUID]) -> Response:
    """Record a visit by two."""
    form: Any = VisitForm(await request.form())
    if form.validate() and await form.accepts(_visit(request, case, form)):
        flash(request, N_("Recorded. It stays as it is; record another contact to add something."))
        return go(request, "desk.visits:list")
    return await sheet_page(request, case, form, visit=True, status=422)  # type: ignore[return-value]


@get("/cases/{case:uuid}/visit/pack.pdf", name="desk.visits:pack", guards=[staff(May.contact_debtors)])
async def pack(request: Request, case: FromPath[UUID]) -> Response[bytes]:
    """What to take along to one home."""
    return pdf(await pack_pdf([await pack_of(request.user, case)]), "visit.pdf")


@get("/visits/packs.pdf", name="desk.visits:packs", guards=[staff(May.contact_debtors), of_one_estate])
async def packs(request: Request) -> Response[bytes]:
    """What to take along to every home of a building that is due, as one file to print."""
    building = request.query_params.get("building", "")[:80]
    return pdf(await pack_pdf(await packs_of_building(request.user, building)), "visits.pdf")


def wanted(request: Request) -> queries.Wanted:
    """What the address asks for; nonsense asks for nothing."""
    asked = request.query_params
    whose = asked.get("whose", "")
    return queries.Wanted(
        Whose(whose) if whose in list(Whose) else Whose.team,
        asked["building"][:80] if "building" in asked else None,
        asked.get("waiting") == "1",
    )


async def queue_page(request: Request, step: NextStep, title: str, number: int) -> Template:
    """A queue, as it was asked for."""
    chosen = wanted(request)
    found = await queries.queue_of(request.user, step, chosen, number)
    return page(request, "collection/outreach/list.html", title=title, found=found, step=step)


async def sheet_page(request: Request, case: UUID, form: Form, *, visit: bool = False, status: int = 200) -> Template:
    """The sheet of a home with the form."""
    sheet = await sheet_of(request.user, case, ContactChannel.visit if visit else ContactChannel.call)
    unit = sheet.found.case.unit
    title = _("Visit %(unit)s", unit=unit) if visit else _("Call %(unit)s", unit=unit)
    return page(
        request, "collection/outreach/sheet.html", status=status, title=title, sheet=sheet, form=form, visit=visit
    )


def _visit(request: Request, case: UUID, form: Any) -> Any:
    talk = form.talk(form.staff.data)
    return record_talk(request.user, case, ContactChannel.visit, talk, form.photos.data or ())


router = Router(
    "/desk",
    route_handlers=[
        calls, visits, call_sheet, call, visit_sheet, visit, pack, packs,
    ],
    guards=[staff(May.read_cases)],
)  # fmt: skip
