"""The desk's pages of calls and visits: the work list, a home's call sheet, the outcome."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.arrears.case_file.queries import case_on_desk
from portal.arrears.cases.states import ContactChannel, NextStep
from portal.care.disputes import actions as dispute_actions, queries as dispute_queries, reporting
from portal.care.disputes.forms import DisputeForm, ServiceDisputeForm, uuid_or_missing
from portal.care.plan_pages.forms import PlanForm
from portal.care.plans import actions, choosing
from portal.care.plans.rules import LEAST
from portal.care.services.queries import records_of
from portal.collection.outreach import queries
from portal.collection.outreach.actions import disputable, record_talk, speaking_for
from portal.collection.outreach.documents import pack_pdf
from portal.collection.outreach.forms import CallForm, VisitForm
from portal.collection.outreach.queries import sheet_of
from portal.collection.outreach.states import Whose
from portal.collection.outreach.visits import FIRST_IN, pack_of, packs_of_building
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.web.forms.forms import UPLOAD_BYTES, Form
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import PageNumber, flash, go, page, pdf
from portal.web.pages.guards import of_one_estate, staff
from portal.web.request.request_context import Answer, Request


@get("/calls", name="desk.calls:list", guards=[of_one_estate])
async def calls(request: Request, number: PageNumber = 1) -> Template:
    """Homes to call today; `whose`, `building` and `waiting` filter them."""
    return await queue_page(request, NextStep.call, _("Today's calls"), number)


@get("/visits", name="desk.visits:list", guards=[of_one_estate])
async def visits(request: Request, number: PageNumber = 1) -> Template:
    """Homes to visit, building by building."""
    return await queue_page(request, NextStep.visit, _("Visits"), number)


@get("/cases/{case:uuid}/call", name="desk.calls:sheet", guards=[staff(May.contact_debtors)])
async def call_sheet(request: Request, case: FromPath[UUID]) -> Template:
    """What to say on the phone, with the form for the outcome."""
    return await sheet_page(request, case, await begin(request, CallForm))


@post("/cases/{case:uuid}/call", name="desk.calls:record", guards=[staff(May.contact_debtors)])
async def call(request: Request, case: FromPath[UUID]) -> Answer:
    """Record a call."""
    form = CallForm(await request.form())
    if form.validate() and await form.accepts(record_talk(request.user, case, ContactChannel.call, form.talk())):
        flash(request, N_("Recorded. Entries cannot be changed; record another contact to add something."))
        return go(request, "desk.calls:list")
    return await sheet_page(request, case, form, status=422)


@get("/cases/{case:uuid}/visit", name="desk.visits:sheet", guards=[staff(May.contact_debtors)])
async def visit_sheet(request: Request, case: FromPath[UUID]) -> Template:
    """What to take along, with the form for the outcome."""
    return await sheet_page(request, case, await begin(request, VisitForm), visit=True)


@post(
    "/cases/{case:uuid}/visit",
    name="desk.visits:record",
    guards=[staff(May.contact_debtors)],
    request_max_body_size=UPLOAD_BYTES,
)
async def visit(request: Request, case: FromPath[UUID]) -> Answer:
    """Record a visit by two."""
    form: Any = VisitForm(await request.form())
    if form.validate() and await form.accepts(_visit(request, case, form)):
        flash(request, N_("Recorded. Entries cannot be changed; record another contact to add something."))
        return go(request, "desk.visits:list")
    return await sheet_page(request, case, form, visit=True, status=422)


@get("/cases/{case:uuid}/visit/pack.pdf", name="desk.visits:pack", guards=[staff(May.contact_debtors)])
async def pack(request: Request, case: FromPath[UUID]) -> Response[bytes]:
    """The papers to take along to one home."""
    return pdf(await pack_pdf([await pack_of(request.user, case)]), "visit.pdf")


@get("/visits/packs.pdf", name="desk.visits:packs", guards=[staff(May.contact_debtors), of_one_estate])
async def packs(request: Request) -> Response[bytes]:
    """The papers for all homes of a building that are due, as one file to print."""
    building = request.query_params.get("building", "")[:80]
    return pdf(await pack_pdf(await packs_of_building(request.user, building)), "visits.pdf")


def wanted(request: Request) -> queries.Wanted:
    """The filter in the address; values that make no sense are ignored."""
    asked = request.query_params
    whose = asked.get("whose", "")
    return queries.Wanted(
        Whose(whose) if whose in list(Whose) else Whose.team,
        asked["building"][:80] if "building" in asked else None,
        asked.get("waiting") == "1",
    )


async def queue_page(request: Request, step: NextStep, title: str, number: int) -> Template:
    """A queue with its filter."""
    chosen = wanted(request)
    queue = await queries.queue_of(request.user, step, chosen, number)
    return page(request, "collection/outreach/list.html", title=title, found=queue, step=step)


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


OPENED = N_(
    "The dispute has been opened in the owner's name, and they have been notified. Someone else will decide it."
)
ASKED = N_("Requested in the owner's name, and they have been notified. Finance or a manager will answer.")


@get("/{case:uuid}/disputes/new", name="desk.behalf:dispute")
async def dispute(request: Request, case: FromPath[UUID]) -> Template:
    """The charges and work that can be disputed for the debtor; with `line` or `service` the form."""
    line, service = (request.query_params.get(name, "") for name in ("line", "service"))
    if line:
        return await line_page(request, case, uuid_or_missing(line), await begin(request, DisputeForm))
    if service:
        return await work_page(request, case, uuid_or_missing(service), await begin(request, ServiceDisputeForm))
    case_view = await case_on_desk(request.user, case)
    works = await records_of(await speaking_for(request.user, case))
    title = _("Dispute for %(unit)s", unit=case_view.case.unit)
    return page(request, "collection/outreach/dispute.html", title=title, found=case_view, works=works.records,
                debts=disputable(case_view))  # fmt: skip


@post("/{case:uuid}/disputes/new", name="desk.behalf:open", request_max_body_size=UPLOAD_BYTES)
async def open_(request: Request, case: FromPath[UUID]) -> Answer:
    """Open a dispute for the debtor."""
    sent = await request.form()
    line, service = (sent.get(name) or request.query_params.get(name) for name in ("line", "service"))
    if service and not line:
        return await _open_work(request, case, uuid_or_missing(service), ServiceDisputeForm(sent))
    return await _open_line(request, case, uuid_or_missing(line), DisputeForm(sent))


async def _open_line(request: Request, case: UUID, line: UUID, form: Any) -> Answer:
    them = await speaking_for(request.user, case)
    answers = {"reason": form.reason.data, "body": form.text.data, "photos": form.photos.data or (), "once": form.once}
    answers |= {"amount": form.amount.data, "hardship": form.hardship.data}
    if form.validate() and await form.accepts(dispute_actions.open_dispute(them, line, **answers)):
        flash(request, OPENED)
        return go(request, "desk.cases:show", case=case)
    return await line_page(request, case, line, form, status=422)


async def _open_work(request: Request, case: UUID, service: UUID, form: Any) -> Answer:
    them = await speaking_for(request.user, case)
    answers = {"reason": form.reason.data, "body": form.text.data, "photos": form.photos.data or (), "once": form.once}
    if form.validate() and await form.accepts(reporting.dispute_service(them, service, **answers)):
        flash(request, OPENED)
        return go(request, "desk.cases:show", case=case)
    return await work_page(request, case, service, form, status=422)


@get("/{case:uuid}/plans/new", name="desk.behalf:plan")
async def plan(request: Request, case: FromPath[UUID]) -> Template:
    """The form to ask for instalments for the debtor."""
    them = await speaking_for(request.user, case)
    offer = await choosing.offer_to(them, ())
    chosen = offer.chosen or [bill.id for bill in offer.bills if bill.due_on < offer.today]
    first_on = offer.today + FIRST_IN
    return await plan_page(
        request, case, await begin(request, PlanForm, bill=chosen, instalments=LEAST + 1, first_on=first_on)
    )


@post("/{case:uuid}/plans/new", name="desk.behalf:ask")
async def ask(request: Request, case: FromPath[UUID]) -> Answer:
    """Ask for a plan, or with `preview=1` only show it."""
    form: Any = PlanForm(await request.form())
    them = await speaking_for(request.user, case)
    if not form.validate() or not await form.accepts(_asking(them, form)):
        return await plan_page(request, case, form, status=422)
    if form.preview.data:
        return await plan_page(request, case, form)
    flash(request, ASKED)
    return go(request, "desk.cases:show", case=case)


def _asking(them: Any, form: Any) -> Any:
    bills, n, first_on, why = form.bill.data, form.instalments.data, form.first_on.data, form.hardship.data
    if form.preview.data:
        return choosing.preview(them, bills, n, first_on)
    return actions.request_plan(them, bills, n, first_on, why)


async def line_page(request: Request, case: UUID, line: UUID, form: Any, status: int = 200) -> Template:
    """The form for a charge that can be disputed."""
    line_view = await dispute_queries.line_to_dispute(await speaking_for(request.user, case), line)
    return page(request, "collection/outreach/dispute_line.html", status=status, title=_("Dispute a charge"), case=case,
                line=line_view, form=form)  # fmt: skip


async def work_page(request: Request, case: UUID, service: UUID, form: Any, status: int = 200) -> Template:
    """The form for a piece of work that can be disputed."""
    service_view = await dispute_queries.service_to_dispute(await speaking_for(request.user, case), service)
    return page(request, "collection/outreach/dispute_work.html", status=status, title=_("Dispute a piece of work"),
                case=case, service=service_view, form=form)  # fmt: skip


async def plan_page(request: Request, case: UUID, form: PlanForm, status: int = 200) -> Template:
    """The form with the bills that can be chosen, and the preview if it was asked for."""
    offer = await choosing.offer_to(await speaking_for(request.user, case), form.bill.data or ())
    form.offer(offer.bills)
    result = (await case_on_desk(request.user, case)).case
    title = _("Instalments for %(unit)s", unit=result.unit)
    return page(request, "collection/outreach/plan.html", status=status, title=title, case=case, found=result,
                form=form, offer=offer, preview=form.outcome if form.preview.data else None)  # fmt: skip


speaking_router = Router("/desk/cases", route_handlers=[dispute, open_, plan, ask], guards=[staff(May.contact_debtors)])
