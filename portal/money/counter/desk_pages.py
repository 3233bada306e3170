"""The counter: take money for a home's bills, and print its receipt."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.money.counter import desk_queries as desk
from portal.money.counter.actions import record_counter_payment
from portal.money.counter.forms import CounterForm
from portal.money.online.queries import CLOSING, open_online
from portal.money.payments.documents import receipt_pdf
from portal.money.payments.queries import receipt_for_desk
from portal.people.persons.permissions import May
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page, pdf
from portal.web.pages.guards import of_one_estate, staff
from portal.web.request.request_context import Answer, Request, web_of


async def counter(request: Request, form: CounterForm, status: int = 200) -> Template:
    """The page of the counter, for both verbs."""
    counter_view = await desk.counter_page(request.user, form.unit.data or "")
    if counter_view.home:
        form.unit.show(counter_view.home.unit)  # an id is for the machine
    return page(request, "money/counter/desk.html", title=_("Counter"), form=form, found=counter_view, status=status)


@get("/", name="desk.payments:list", guards=[of_one_estate])
async def list_(request: Request, unit: FromQuery[str] = "") -> Template:
    """Search a home, and see the latest payments."""
    form = await begin(request, CounterForm, unit=unit)
    return await counter(request, form)


@post("/counter", name="desk.payments:take", guards=[staff(May.take_money)])
async def take(request: Request) -> Answer:
    """Post money that staff took."""
    form: Any = CounterForm(await request.form())
    online = await open_online(request.user, form.bill.data or [])
    if form.validate() and await form.accepts(record_counter_payment(request.user, **form.wanted), also_refused=True):
        flash(request, N_("Receipt %(number)s has been recorded."), number=form.outcome.number)
        if online:
            flash(request, CLOSING, "info", sum=online)
        return go(request, "desk.payments:list", query={"unit": form.unit.data})
    return await counter(request, form, status=form.status)


@get("/{payment:uuid}/receipt.pdf", name="desk.payments:receipt")
async def receipt(request: Request, payment: FromPath[UUID]) -> Response[bytes]:
    """The receipt, to print."""
    facts = await receipt_for_desk(request.user, payment)
    web = web_of(request)
    return pdf(await receipt_pdf(facts, web.base_url, web.sandbox), f"receipt-{facts.number:06d}.pdf")


router = Router("/desk/payments", route_handlers=[list_, take, receipt], guards=[staff(May.read_payments)])
