"""The desk's pages for announcing a rate: the form, the effect, the confirmation."""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.fees.rates.actions import NewRate, announce_rate, rate_to_follow
from portal.fees.rates.forms import RateForm
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import staff
from portal.web.request.request_context import Answer, Request


@get("/", name="desk.rates:new")
async def new(request: Request, tariff: FromPath[UUID]) -> Template:
    """The form for a new rate."""
    return await new_page(request, tariff, await begin(request, RateForm))


@post("/preview", name="desk.rates:preview", status_code=200)
async def preview(request: Request, tariff: FromPath[UUID]) -> Template:
    """The effect of the new rate. Nothing is saved."""
    form = RateForm(await request.form())
    if form.validate() and await form.accepts(rate_to_follow(request.user, tariff, wanted(form))):
        title = _("Confirm the new rate")
        return page(request, "fees/rates/confirm.html", title=title, form=form, found=form.outcome)
    return await new_page(request, tariff, form, status=422)


@post("/", name="desk.rates:announce")
async def announce(request: Request, tariff: FromPath[UUID]) -> Answer:
    """Announce the new rate."""
    form = RateForm(await request.form())
    if form.validate() and await form.accepts(announce_rate(request.user, tariff, wanted(form), once=form.once)):
        flash(
            request,
            N_("The new rate has been announced. It is in the public price list, and the owners have been notified."),
        )
        return go(request, "desk.tariffs:list")
    return await new_page(request, tariff, form, status=422)


async def new_page(request: Request, tariff: UUID, form: RateForm, status: int = 200) -> Template:
    """The form with its preview, for both verbs."""
    rate = await rate_to_follow(request.user, tariff)
    return page(request, "fees/rates/new.html", status=status, title=_("New rate"), found=rate, form=form)


def wanted(form: RateForm) -> NewRate:
    """The values of the form."""
    return NewRate(form.rate.data, form.starts_on.data, form.source.data)


router = Router(
    "/desk/tariffs/{tariff:uuid}/successor", route_handlers=[new, preview, announce], guards=[staff(May.announce_rates)]
)
