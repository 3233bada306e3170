"""Staff for those who owe, on the phone or at the door: open a dispute for them, ask for instalments for them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.arrears.case_file.queries import case_on_desk
from portal.care.disputes import opening, reporting
from portal.care.disputes import queries as dispute_queries
from portal.care.disputes.forms import DisputeForm, ServiceDisputeForm, uuid_or_missing
from portal.care.plan_pages.forms import PlanForm
from portal.care.plans import actions, asking
from portal.care.plans.rules import LEAST
from portal.care.services.queries import records_of
from portal.collection.outreach.behalf import disputable, speaking_for
from portal.collection.outreach.visits import FIRST_IN
from portal.kit.i18n import N_
from portal.people.persons.permissions import May
from portal.web.forms.forms import UPLOAD_BYTES
from portal.web.forms.unsent_forms import begin
from portal.web.pages.guards import staff
from portal.web.pages.page import flash, go, page
from portal.web.request.i18n import _

OPENED = N_("The dispute is open in the owner's name, and they have been told. Somebody else decides it.")
ASKED = N_("Asked for in the owner's name, and they have been told. Finance or a manager answers.")


@get("/{case:uuid}/disputes/new", name="desk.behalf:dispute")
async def dispute(request: Request, case: FromPath[UUID]) -> Template:
    """What can be disputed for them; with `line` or `service` the form."""
    line, service = (request.query_params.get(name, "") for name in ("line", "service"))
    if line:
        return await line_page(request, case, uuid_or_missing(line), await begin(request, DisputeForm))
    if service:
        return await work_page(request, case, uuid_or_missing(service), await begin(request, ServiceDisputeForm))
    found = await case_on_desk(request.user, case)
    works = await records_of(await speaking_for(request.user, case))
    title = _("A dispute for %(unit)s", unit=found.case.unit)
    return page(request, "collection/outreach/dispute.html", title=title, found=found, works=works.records,
                debts=disputable(found))  # fmt: skip


@post("/{case:uuid}/disputes/new", name="desk.behalf:open", request_max_body_size=UPLOAD_BYTES)
async def open_(request: Request, case: FromPath[UUID]) -> Response:
    """Open it."""
    sent = await request.form()
    line, service = (sent.get(name) or request.query_params.get(name) for name in ("line", "service"))
    if service and not line:
        return await _open_work(request, case, uuid_or_missing(service), ServiceDisputeForm(sent))
    return await _open_line(request, case, uuid_or_missing(line), DisputeForm(sent))


async def _open_line(request: Request, case: UUID, line: UUID, form: Any) -> Response:
    them = await speaking_for(request.user, case)
    said = {"reason": form.reason.data, "body": form.text.data, "photos": form.photos.data or (), "once": form.once}
    said |= {"amount": form.amount.data, "hardship": form.hardship.data}
    if form.validate() and await form.accepts(opening.open_dispute(them, line, **said)):
        flash(request, OPENED)
        return go(request, "desk.cases:show", case=case)
    return await line_page(request, case, line, form, status=422)  # type: ignore[return-value]


async def _open_work(request: Request, case: UUID, service: UUID, form: Any) -> Response:
    them = await speaking_for(request.user, case)
    said = {"reason": form.reason.data, "body": form.text.data, "photos": form.photos.data or (), "once": form.once}
    if form.validate() and await form.accepts(reporting.dispute_service(them, service, **said)):
        flash(request, OPENED)
        return go(request, "desk.cases:show", case=case)
    return await work_page(request, case, service, form, status=422)  # type: ignore[return-value]


@get("/{case:uuid}/plans/new", name="desk.behalf:plan")
async def plan(request: Request, case: FromPath[UUID]) -> Template:
    """The form to ask for instalments for them."""
    them = await speaking_for(request.user, case)
    offer = await asking.offer_to(them, ())
    chosen = offer.chosen or [bill.id for bill in offer.bills if bill.due_on < offer.today]
    first_on = offer.today + FIRST_IN
    return await plan_page(
        request, case, await begin(request, PlanForm, bill=chosen, instalments=LEAST + 1, first_on=first_on)
    )


@post("/{case:uuid}/plans/new", name="desk.behalf:ask")
async def ask(request: Request, case: FromPath[UUID]) -> Response:
    """Ask, or with `preview=1` only show."""
    form: Any = PlanForm(await request.form())
    them = await speaking_for(request.user, case)
    if not form.validate() or not await form.accepts(_asking(them, form)):
        return await plan_page(request, case, form, status=422)  # type: ignore[return-value]
    if form.preview.data:
        return await plan_page(request, case, form)  # type: ignore[return-value]
    flash(request, ASKED)
    return go(request, "desk.cases:show", case=case)


def _asking(them: Any, form: Any) -> Any:
    bills, n, first_on, why = form.bill.data, form.instalments.data, form.first_on.data, form.hardship.data
    if form.preview.data:
        return asking.preview(them, bills, n, first_on)
    return actions.request_plan(them, bills, n, first_on, why)


async def line_page(request: Request, case: UUID, line: UUID, form: Any, status: int = 200) -> Template:
    """The form for a charge that can be disputed."""
    found = await dispute_queries.line_to_dispute(await speaking_for(request.user, case), line)
    return page(request, "collection/outreach/dispute_line.html", status=status, title=_("Dispute a charge"), case=case,
                line=found, form=form)  # fmt: skip


async def work_page(request: Request, case: UUID, service: UUID, form: Any, status: int = 200) -> Template:
    """The form for a piece of work that can be disputed."""
    found = await dispute_queries.service_to_dispute(await speaking_for(request.user, case), service)
    return page(request, "collection/outreach/dispute_work.html", status=status, title=_("Dispute a piece of work"),
                case=case, service=found, form=form)  # fmt: skip


async def plan_page(request: Request, case: UUID, form: PlanForm, status: int = 200) -> Template:
    """The form with the bills it can be about, and the preview that was asked for."""
    offer = await asking.offer_to(await speaking_for(request.user, case), form.bill.data or ())
    form.offer(offer.bills)
    found = (await case_on_desk(request.user, case)).case
    title = _("Instalments for %(unit)s", unit=found.unit)
    return page(request, "collection/outreach/plan.html", status=status, title=title, case=case, found=found, form=form,
                offer=offer, preview=form.outcome if form.preview.data else None)  # fmt: skip


router = Router("/desk/cases", route_handlers=[dispute, open_, plan, ask], guards=[staff(May.contact_debtors)])
