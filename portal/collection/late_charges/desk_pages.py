"""The desk's page of late charges: contract terms, prime rates, months charged."""

from typing import Any

from litestar import Router, get, post
from litestar.response import Template

from portal.collection.late_charges import queries, terms
from portal.collection.late_charges.forms import PrimeForm, TermsForm
from portal.collection.late_charges.rules import Terms
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.people.persons.queries import community_called
from portal.web.forms.forms import Form
from portal.web.forms.unsent_forms import begun
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import of_one_estate, staff, stepped_up
from portal.web.request.request_context import Answer, Request


@get("/", name="desk.late:show", guards=[of_one_estate])
async def show(request: Request) -> Template:
    """Terms, prime rates, months."""
    return await show_page(
        request, **await begun(request, terms=("terms", TermsForm), prime=("prime-rates", PrimeForm))
    )


@post("/terms", name="desk.late:terms", guards=[staff(May.set_late_charges), stepped_up])
async def set_terms(request: Request) -> Answer:
    """Set the terms from a day on."""
    form: Any = TermsForm(await request.form())
    if form.validate():
        community = await community_called(request.user, form.community.data, May.set_late_charges)
        if await form.accepts(terms.set_terms(request.user, community, typed(form), once=form.once)):
            flash(request, N_("Recorded. Applies from %(day)s."), day=form.starts_on.data)
            return go(request, "desk.late:show")
    return await show_page(request, status=422, terms=form)


def typed(form: Any) -> Terms:
    """The terms entered in a valid form."""
    return Terms(
        starts_on=form.starts_on.data,
        daily_rate=form.daily_rate.data,
        multiple=form.multiple.data,
        start=form.start.data,
        demand_days=form.demand_days.data,
        clause=form.clause.data,
    )


@post("/prime-rates", name="desk.late:prime", guards=[staff(May.set_late_charges)])
async def enter_prime_rate(request: Request) -> Answer:
    """Enter a published rate."""
    form: Any = PrimeForm(await request.form())
    if form.validate():
        community = await community_called(request.user, form.community.data, May.set_late_charges)
        entry = (form.starts_on.data, form.rate.data, form.source.data)
        if await form.accepts(terms.enter_prime_rate(request.user, community, *entry, once=form.once)):
            flash(request, N_("Recorded. Months waiting for this rate will be charged in the next daily run."))
            return go(request, "desk.late:show")
    return await show_page(request, status=422, prime=form)


async def show_page(request: Request, status: int = 200, **sent: Form) -> Template:
    """The page with its forms; `sent` is the one that came back with errors."""
    books = await queries.late_books(request.user)
    forms: dict[str, Any] = {"terms": TermsForm(), "prime": PrimeForm()}
    wrong = next(iter(sent.values()), None)
    return page(request, "collection/late_charges/late_charges.html", status=status, title=_("Late charges"),
                books=books, wrong=wrong, **(forms | sent))  # fmt: skip


router = Router(
    "/desk/late-charges", route_handlers=[show, set_terms, enter_prime_rate], guards=[staff(May.read_late_charges)]
)
