"""The desk's service records: read them, and add one from a phone."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.care.services import actions, queries, rounds
from portal.care.services.forms import ReasonForm, RecordForm
from portal.care.services.rating import ratings_of
from portal.care.standards.states import ServiceArea
from portal.kit.i18n import N_
from portal.kit.language import language
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.web.forms.forms import UPLOAD_BYTES
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import PageNumber, flash, go, jpeg, page
from portal.web.pages.guards import staff
from portal.web.request.request_context import Answer, Request


@get("/", name="desk.services:list", guards=[staff()])
async def list_(
    request: Request, area: FromQuery[str] = "", month: FromQuery[str] = "", number: PageNumber = 1
) -> Template:
    """The work that was done, newest first, with a link to record more."""
    wanted = queries.area_of(area), queries.month_of(month)
    records = await queries.records_of(request.user, *wanted, number)
    return page(request, "care/services/desk/list.html", title=_("Services"), found=records, area=wanted[0],
                month=wanted[1], areas=list(ServiceArea),
                may_add=bool(request.user.where(May.record_services)))  # fmt: skip


@get("/new", name="desk.services:new", guards=[staff(May.record_services)])
async def new(request: Request) -> Template:
    """The form, with the present time filled in."""
    estates = await queries.recording_estates(request.user)
    now, first = estates[0].now, estates[0].id
    return await new_page(request, await begin(request, RecordForm, community=first, done_on=now.date(), done_at=now))


@post("/new", name="desk.services:record", guards=[staff(May.record_services)], request_max_body_size=UPLOAD_BYTES)
async def record(request: Request) -> Answer:
    """Record a piece of work."""
    form = RecordForm(await request.form())
    await offer(request, form)
    if form.validate() and await form.accepts(_keep(request, form)):
        flash(request, N_("Saved. Residents can now see it."))
        return go(request, "desk.services:show", record=form.outcome)
    return await new_page(request, form, status=422)


@get("/{record:uuid}", name="desk.services:show", guards=[staff()])
async def show(request: Request, record: FromPath[UUID]) -> Template:
    """One piece of work with its photos, who recorded it, and how residents rated it."""
    record_view = await queries.record_of(request.user, record)
    rated = await ratings_of(request.user, record, words=True)
    return page(request, "care/services/desk/show.html", title=record_view.title, found=record_view, rated=rated)


@get("/rounds", name="desk.services:rounds", guards=[staff()])
async def open_rounds(request: Request) -> Template:
    """What is due and what was missed, and what was promised and done this month."""
    waiting = await rounds.open_rounds(request.user)
    promised = await rounds.delivered_in(request.user)
    return page(request, "care/services/desk/rounds.html", title=_("Promised and done"), waiting=waiting,
                promised=promised, may_add=bool(request.user.where(May.record_services)))  # fmt: skip


@get("/rounds/{round_id:uuid}", name="desk.services:round", guards=[staff(May.record_services)])
async def show_round(request: Request, round_id: FromPath[UUID]) -> Template:
    """A missed round, with the form for the reason."""
    return await round_page(request, round_id, await begin(request, ReasonForm))


@post("/rounds/{round_id:uuid}/reason", name="desk.services:explain", guards=[staff(May.record_services)])
async def explain(request: Request, round_id: FromPath[UUID]) -> Answer:
    """Record why a round was missed."""
    form: Any = await _with_departments(request, round_id, ReasonForm(await request.form()))
    why = (form.reason.data, form.department.data or "", form.make_up_by.data)
    if form.validate() and await form.accepts(rounds.explain_round(request.user, round_id, *why)):
        return go(request, "desk.services:rounds")
    return await round_page(request, round_id, form, status=422)


async def round_page(request: Request, round_id: UUID, form: ReasonForm, status: int = 200) -> Template:
    """A missed round with the form, for both verbs."""
    round_view = await rounds.round_of(request.user, round_id)
    await _with_departments(request, round_id, form)
    return page(request, "care/services/desk/round.html", status=status, title=_("Missed"), one=round_view, form=form)


async def _with_departments(request: Request, round_id: UUID, form: ReasonForm) -> ReasonForm:
    form.department.options = [(name, name) for name in await rounds.departments_for(request.user, round_id)]
    return form


@get("/{record:uuid}/photos/{photo:uuid}", name="desk.services:photo", guards=[staff()])
async def photo(
    request: Request, record: FromPath[UUID], photo: FromPath[UUID], thumb: FromQuery[str] = ""
) -> Response[bytes]:
    """A photo, or with `thumb=1` its thumbnail."""
    return jpeg(await queries.photo_of_record(request.user, record, photo, small=bool(thumb)))


async def _keep(request: Request, form: RecordForm) -> UUID:
    fields = {name: form[name].data for name in ("area", "title", "place", "done_on", "done_at", "note", "standard")}
    return await actions.record_service(
        request.user, form.community.data, actions.Work(**fields), form.photos.data, form.once
    )


async def offer(request: Request, form: RecordForm) -> None:
    """The estates and promises to choose from."""
    estates = await queries.recording_estates(request.user)
    form.community.offer([(str(estate.id), estate.name) for estate in estates])
    promised = await queries.keepable(request.user)
    several = len(estates) > 1
    form.standard.options = [
        (str(ident), f"{estate} · {item.words(language())}" if several else item.words(language()))
        for ident, estate, item in promised
    ]


async def new_page(request: Request, form: RecordForm, status: int = 200) -> Template:
    """The form, for both verbs."""
    await offer(request, form)
    return page(request, "care/services/desk/new.html", fragment="care/services/desk/_new.html", status=status,
                title=_("Record a piece of work"), form=form)  # fmt: skip


router = Router("/desk/services", route_handlers=[list_, new, record, open_rounds, show_round, explain, show, photo])
