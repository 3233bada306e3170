"""The owner's pages of payments: see how money is applied, go to Stripe, and come back to the result."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.money.checkout import offer, queries
from portal.money.checkout.attempts import Started, start_payment
from portal.money.checkout.cancelling import cancel_payment
from portal.money.checkout.forms import PayForm
from portal.money.checkout.settling import come_back
from portal.money.payments.documents import receipt_pdf
from portal.money.payments.queries import receipt_of
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page, pdf
from portal.web.pages.guards import owner
from portal.web.request.request_context import Answer, Request, web_of

ENDED = N_("The payment has been cancelled. Nothing was charged, and the bill can be paid again.")
IN_TIME = N_("The payment had already gone through. Here is your receipt.")


async def new_page(request: Request, form: PayForm, status: int = 200) -> Template:
    """The choice and how the money would be applied, for both verbs. Several homes are offered one by one."""
    homes = await offer.homes_chosen(request.user, form.bill.data, form.line.data)
    if len(homes) > 1:
        return page(request, "money/checkout/homes.html", title=_("Pay"), homes=homes, status=status)
    new_payment = await offer.new_payment(request.user, form.bill.data, form.line.data)
    if new_payment.settled:
        paid = await queries.payments_for(request.user, new_payment.bills)
        return page(request, "money/checkout/settled.html", title=_("Nothing left to pay"), paid=paid, status=409)
    form.suit(request.headers.get("user-agent", ""))
    try:
        new_payment = new_payment.with_amount(None if form.amount.errors else form.amount.data)
    except Invalid as error:
        if not form.summary:
            form.blame(error)
        new_payment, status = new_payment.with_amount(None), 422
    return page(request, "money/checkout/new.html", title=_("Pay"), form=form, found=new_payment, status=status)


@get("/new", name="payments:new")
async def new(request: Request) -> Answer:
    """The choice of `bill` and `line`; with `amount`, also how it would be spread."""
    form = await begin(request, PayForm)
    if form.chose_nothing:
        form = PayForm(request.query_params)
    if form.chose_nothing:
        return go(request, "bills:list")
    readable = form.read_choice()
    if form.bill.errors or form.line.errors:
        raise Missing
    return await new_page(request, form, 200 if readable else 422)


@post("/new", name="payments:start")
async def start(request: Request) -> Answer:
    """Begin to pay, and go to the payment page."""
    form = PayForm(await request.form())
    readable = form.validate()
    if form.bill.errors or form.line.errors:
        raise Missing
    if readable and await form.accepts(start_payment(request.user, **form.wanted), also_refused=True):
        return leave(request, form.outcome)
    if not (form.bill.data or form.line.data):
        raise Invalid("bill", form.nothing_chosen)
    return await new_page(request, form, status=form.status)


def leave(request: Request, attempt: Started) -> Redirect:
    """Redirect to Stripe's page; if there is none yet, to our page that waits for it."""
    if attempt.url:
        return Redirect(attempt.url, status_code=303)
    return go(request, "payments:show", payment=attempt.id)


@get("/", name="payments:list")
async def list_(request: Request) -> Template:
    """All payments and attempts, and the credit that remains."""
    return page(request, "money/checkout/list.html", title=_("Payments"), found=await queries.payments_of(request.user))


@get("/return", name="payments:return")
async def back(request: Request, cs: FromQuery[str] = "") -> Redirect:
    """Where Stripe sends the browser back to. What happened is asked of Stripe, not read from the address."""
    return go(request, "payments:show", payment=await come_back(request.user, cs))


@get("/bills/{bill:uuid}", name="payments:of_bill")
async def of_bill(request: Request, bill: FromPath[UUID]) -> Template:
    """The payments of one bill with their receipts; as a part of the bill's page, or as a page."""
    paid = await queries.payments_for(request.user, [bill])
    return page(request, "money/checkout/of_bill.html", fragment="money/checkout/_receipts.html", quiet=True,
                title=_("Payments and receipts"), paid=paid)  # fmt: skip


@post("/{payment:uuid}/cancellation", name="payments:cancel")
async def cancel(request: Request, payment: FromPath[UUID]) -> Redirect:
    """End a payment that was begun, so that its bills can be paid again."""
    ended = await cancel_payment(request.user, payment)
    flash(request, ENDED if ended else IN_TIME, "good" if ended else "info")
    return go(request, "payments:show", payment=payment)


@get("/{payment:uuid}", name="payments:show")
async def show(request: Request, payment: FromPath[UUID]) -> Template:
    """One payment; while it is pending, the page reloads by itself."""
    payment_view = await queries.payment_of(request.user, payment)
    return page(request, "money/checkout/show.html", fragment="money/checkout/_payment.html", quiet=True,
                title=_("Payment"), found=payment_view)  # fmt: skip


@get("/{payment:uuid}/receipt.pdf", name="payments:receipt")
async def receipt(request: Request, payment: FromPath[UUID]) -> Response[bytes]:
    """The receipt of a posted payment; 404 before that."""
    facts = await receipt_of(request.user, payment)
    web = web_of(request)
    return pdf(await receipt_pdf(facts, web.base_url, web.sandbox), f"receipt-{facts.number:06d}.pdf")


router = Router("/payments", route_handlers=[new, start, list_, back, of_bill, cancel, show, receipt], guards=[owner])
