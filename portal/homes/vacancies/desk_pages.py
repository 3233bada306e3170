"""The desk's vacancies: the queue, one report with its evidence, and reports taken at the counter."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.homes.vacancies import actions as vacating, queries as vacancies
from portal.homes.vacancies.forms import ApprovalForm, LivedInForm, RefusalForm, VacancyForm
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.web.forms.forms import UPLOAD_BYTES, Form
from portal.web.forms.unsent_forms import begun
from portal.web.pages.answers import flash, go, jpeg, page
from portal.web.pages.guards import staff
from portal.web.request.request_context import Answer, Request


@get("/vacancies", name="desk.vacancies:list", guards=[staff(May.read_vacancies)])
async def list_(request: Request) -> Template:
    """The filings that wait, and those that were answered."""
    rows = await vacancies.vacancies_at(request.user)
    return page(request, "homes/vacancies/desk/list.html", title=_("Vacancies"), rows=rows)


@get("/vacancies/{vacancy:uuid}", name="desk.vacancies:show", guards=[staff(May.read_vacancies)])
async def show(request: Request, vacancy: FromPath[UUID]) -> Template:
    """One filing with its evidence."""
    forms = await begun(request, approval=("approval", ApprovalForm), refusal=("refusal", RefusalForm))
    return await show_page(request, vacancy, **forms)


@post("/vacancies/{vacancy:uuid}/approval", name="desk.vacancies:approve", guards=[staff(May.answer_vacancies)])
async def approve(request: Request, vacancy: FromPath[UUID]) -> Answer:
    """Approve a filing from a day on."""
    form = ApprovalForm(await request.form())
    typed = {"starts_on": form.starts_on.data, "answer": form.text.data}
    if form.validate() and await form.accepts(vacating.approve_vacancy(request.user, vacancy, **typed)):
        flash(request, N_("Approved. The owners have been notified."))
        return go(request, "desk.vacancies:show", vacancy=vacancy)
    return await show_page(request, vacancy, status=422, approval=form)


@post("/vacancies/{vacancy:uuid}/refusal", name="desk.vacancies:refuse", guards=[staff(May.answer_vacancies)])
async def refuse(request: Request, vacancy: FromPath[UUID]) -> Answer:
    """Refuse a filing, with reasons."""
    form = RefusalForm(await request.form())
    if form.validate():
        await vacating.refuse_vacancy(request.user, vacancy, form.text.data)
        flash(request, N_("Refused. The owners have been notified."), "info")
        return go(request, "desk.vacancies:show", vacancy=vacancy)
    return await show_page(request, vacancy, status=422, refusal=form)


@get("/vacancies/{vacancy:uuid}/photos/{photo:uuid}", name="desk.vacancies:photo", guards=[staff(May.read_vacancies)])
async def photo(request: Request, vacancy: FromPath[UUID], photo: FromPath[UUID], thumb: FromQuery[str] = "") -> Answer:
    """A photo of a filing, or with `thumb=1` its thumbnail."""
    return jpeg(await vacancies.photo_at_desk(request.user, vacancy, photo, small=bool(thumb)))


@get("/units/{unit:uuid}/vacancy", name="desk.units.vacancy:show", guards=[staff(May.read_vacancies)])
async def unit(request: Request, unit: FromPath[UUID]) -> Template:
    """A home's vacancies over time, and the form that applies."""
    forms = await begun(request, filing=("vacancy", VacancyForm), end=("end", LivedInForm))
    return await unit_page(request, unit, **forms)


@post(
    "/units/{unit:uuid}/vacancy",
    name="desk.units.vacancy:file",
    guards=[staff(May.file_vacancies)],
    request_max_body_size=UPLOAD_BYTES,
)
async def file(request: Request, unit: FromPath[UUID]) -> Answer:
    """Report a vacancy for an owner."""
    form = VacancyForm(await request.form())
    typed = {"empty_since": form.empty_since.data, "body": form.text.data, "photos": form.photos.data or ()}
    if form.validate() and await form.accepts(vacating.file_at_desk(request.user, unit, once=form.once, **typed)):
        flash(request, N_("Reported. Another member of staff will answer it."))
        return go(request, "desk.units.vacancy:show", unit=unit)
    return await unit_page(request, unit, status=422, filing=form)


@post("/units/{unit:uuid}/vacancy/end", name="desk.units.vacancy:end", guards=[staff(May.file_vacancies)])
async def end(request: Request, unit: FromPath[UUID]) -> Answer:
    """Record that the home is lived in again."""
    form = LivedInForm(await request.form())
    if form.validate() and await form.accepts(
        vacating.end_vacancy_at_desk(request.user, unit, form.lived_in_from.data)
    ):
        flash(request, N_("Recorded: the home is occupied again from %(day)s."), day=form.lived_in_from.data)
        return go(request, "desk.units.vacancy:show", unit=unit)
    return await unit_page(request, unit, status=422, end=form)


async def show_page(request: Request, vacancy: UUID, status: int = 200, **sent: Form) -> Template:
    """A filing with its forms; `sent` is the one that came back."""
    row = await vacancies.vacancy_at(request.user, vacancy)
    forms: dict[str, Any] = {"approval": ApprovalForm(starts_on=row.earliest), "refusal": RefusalForm()} | sent
    wrong = next(iter(sent.values()), None)
    return page(
        request, "homes/vacancies/desk/show.html", status=status, title=_("Vacancy"), row=row, wrong=wrong, **forms
    )


async def unit_page(request: Request, unit: UUID, status: int = 200, **sent: Form) -> Template:
    """A home's vacancies with the forms; `sent` is the one that came back."""
    vacancies_view = await vacancies.vacancies_of_unit(request.user, unit)
    forms: dict[str, Any] = {"filing": VacancyForm(), "end": LivedInForm()} | sent
    wrong = next(iter(sent.values()), None)
    return page(
        request,
        "homes/vacancies/desk/unit.html",
        status=status,
        title=_("Vacancy"),
        found=vacancies_view,
        wrong=wrong,
        **forms,
    )


router = Router("/desk", route_handlers=[list_, show, approve, refuse, photo, unit, file, end])
