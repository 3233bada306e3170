"""The owner's page of a vacancy: report it, follow it, end it."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.homes.vacancies import actions as vacating, queries as vacancies
from portal.homes.vacancies.forms import LivedInForm, VacancyForm
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.forms import UPLOAD_BYTES, Form
from portal.web.forms.unsent_forms import begun
from portal.web.pages.answers import flash, go, jpeg, page
from portal.web.pages.guards import owner
from portal.web.request.request_context import Answer, Request


@get("/", name="homes.vacancy:show")
async def show(request: Request, home: FromPath[UUID]) -> Template:
    """The occupancy of the home, its filings, and the form that applies."""
    return await show_page(
        request, home, **await begun(request, filing=("vacancy", VacancyForm), end=("end", LivedInForm))
    )


@post("/", name="homes.vacancy:file", request_max_body_size=UPLOAD_BYTES)
async def file(request: Request, home: FromPath[UUID]) -> Answer:
    """Report that the home is empty."""
    form = VacancyForm(await request.form())
    typed = {"empty_since": form.empty_since.data, "body": form.text.data, "photos": form.photos.data or ()}
    if form.validate() and await form.accepts(vacating.file_vacancy(request.user, home, once=form.once, **typed)):
        flash(request, N_("We have received your report and will let you know our answer."))
        return go(request, "homes.vacancy:show", home=home)
    return await show_page(request, home, status=422, filing=form)


@post("/end", name="homes.vacancy:end")
async def end(request: Request, home: FromPath[UUID]) -> Answer:
    """Report that it is lived in again."""
    form = LivedInForm(await request.form())
    if form.validate() and await form.accepts(vacating.end_vacancy(request.user, home, form.lived_in_from.data)):
        flash(request, N_("Recorded: the home is occupied again from %(day)s."), day=form.lived_in_from.data)
        return go(request, "homes.vacancy:show", home=home)
    return await show_page(request, home, status=422, end=form)


@post("/{vacancy:uuid}/withdrawal", name="homes.vacancy:withdraw")
async def withdraw(request: Request, home: FromPath[UUID], vacancy: FromPath[UUID]) -> Answer:
    """Withdraw a filing."""
    await vacating.withdraw_vacancy(request.user, home, vacancy)
    flash(request, N_("The report has been withdrawn."), "info")
    return go(request, "homes.vacancy:show", home=home)


@get("/{vacancy:uuid}/photos/{photo:uuid}", name="homes.vacancy:photo")
async def photo(
    request: Request, home: FromPath[UUID], vacancy: FromPath[UUID], photo: FromPath[UUID], thumb: FromQuery[str] = ""
) -> Answer:
    """A photo of a filing, or with `thumb=1` its thumbnail."""
    return jpeg(await vacancies.photo_of_vacancy(request.user, home, vacancy, photo, small=bool(thumb)))


async def show_page(request: Request, home: UUID, status: int = 200, **sent: Form) -> Template:
    """The page with its forms; `sent` is the one that came back."""
    vacancies_view = await vacancies.vacancies_of(request.user, home)
    forms: dict[str, Any] = {"filing": VacancyForm(), "end": LivedInForm()} | sent
    wrong = next(iter(sent.values()), None)
    return page(
        request,
        "homes/vacancies/vacancy.html",
        status=status,
        title=_("Vacancy"),
        found=vacancies_view,
        wrong=wrong,
        **forms,
    )


router = Router("/homes/{home:uuid}/vacancy", route_handlers=[show, file, end, withdraw, photo], guards=[owner])
