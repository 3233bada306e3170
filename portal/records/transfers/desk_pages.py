"""The desk's pages of a change of ownership: the form, its effect, the confirmation."""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.homes.directory.desk_queries import unit_at
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.records.transfers.actions import change_owners
from portal.records.transfers.forms import ConfirmForm, TransferForm
from portal.records.transfers.outlook import outlook_of
from portal.records.transfers.queries import photo_of_transfer
from portal.web.forms.forms import UPLOAD_BYTES
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, jpeg, page
from portal.web.pages.guards import staff
from portal.web.request.request_context import Answer, Request


@get("/transfer", name="desk.transfers:new", guards=[staff(May.change_owners)])
async def new(request: Request, unit: FromPath[UUID]) -> Template:
    """The form."""
    return await new_page(request, unit, await begin(request, TransferForm))


@post("/transfer/preview", name="desk.transfers:preview", guards=[staff(May.change_owners)], status_code=200)
async def preview(request: Request, unit: FromPath[UUID]) -> Template:
    """The effect of the change: who owes what, and what happens to everything open. Nothing is saved."""
    form = TransferForm(await request.form())
    if form.validate() and await form.accepts(outlook_of(request.user, unit, form.wanted)):
        title, confirm = _("Confirm the change of ownership"), ConfirmForm()
        return page(
            request, "records/transfers/confirm.html", title=title, form=form, confirm=confirm, outlook=form.outcome
        )
    return await new_page(request, unit, form, status=422)


@post("/transfer", name="desk.transfers:change", guards=[staff(May.change_owners)], request_max_body_size=UPLOAD_BYTES)
async def change(request: Request, unit: FromPath[UUID]) -> Answer:
    """Confirm the change as it was shown."""
    form = ConfirmForm(await request.form())
    seen, photos = form.seen.data, form.photos.data or ()
    if form.validate() and await form.accepts(
        change_owners(request.user, unit, form.wanted, seen=seen, photos=photos, once=form.once)
    ):
        flash(request, N_("The change of ownership has been recorded, and everyone concerned has been notified."))
        return go(request, "desk.units:show", unit=unit)
    return await new_page(request, unit, form, status=422)


@get("/transfers/{transfer:uuid}/photos/{photo:uuid}", name="desk.transfers:photo", guards=[staff()])
async def photo(
    request: Request, unit: FromPath[UUID], transfer: FromPath[UUID], photo: FromPath[UUID], thumb: FromQuery[str] = ""
) -> Answer:
    """A photo of the document, or with `thumb=1` its thumbnail."""
    return jpeg(await photo_of_transfer(request.user, unit, transfer, photo, small=bool(thumb)))


async def new_page(request: Request, unit: UUID, form: TransferForm, status: int = 200) -> Template:
    """The form, for both verbs."""
    unit_view = await unit_at(request.user, unit)
    return page(
        request,
        "records/transfers/transfer.html",
        status=status,
        title=_("Change of ownership"),
        unit=unit_view,
        form=form,
    )


router = Router("/desk/units/{unit:uuid}", route_handlers=[new, preview, change, photo])
