"""The desk's pages of letters: the work list, a case's letters, one letter with its proof, a building's print file."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.collection.letter_queue import actions, desk_queries as queue
from portal.collection.letters import actions as issuing, proving, queries
from portal.collection.letters.documents import letters_pdf
from portal.collection.letters.forms import DeliveryForm, LetterForm
from portal.collection.letters.pages import pdf_of
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.platform.files.queries import photo_of
from portal.web.forms.forms import Form
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import PageNumber, flash, go, jpeg, page, pdf
from portal.web.pages.guards import of_one_estate, staff
from portal.web.request.request_context import Answer, Request


@get("/letters", name="desk.letters:list", guards=[of_one_estate])
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """Letters that have not arrived yet, and homes that wait for one."""
    letter_queue = await queue.letter_queue(request.user, number)
    return page(request, "collection/letter_queue/list.html", title=_("Letters"), found=letter_queue)


@get("/cases/{case:uuid}/letters", name="desk.letters:case")
async def of_case(request: Request, case: FromPath[UUID]) -> Template:
    """The letters of a case."""
    return await case_page(request, case, await begin(request, LetterForm))


@post("/cases/{case:uuid}/letters", name="desk.letters:issue", guards=[staff(May.issue_letters)])
async def issue(request: Request, case: FromPath[UUID]) -> Answer:
    """Issue a letter."""
    form: Any = LetterForm(await request.form())
    if not form.validate():
        return await case_page(request, case, form, status=422)
    letter = await issuing.issue_letter(request.user, case, form.kind.data, pay_at(request), once=form.once)
    flash(request, N_("The letter has been issued. Print it, deliver it and record the delivery."))
    return go(request, "desk.letters:show", letter=letter)


@get("/letters/{letter:uuid}", name="desk.letters:show")
async def show(request: Request, letter: FromPath[UUID]) -> Template:
    """One letter with its proofs of delivery."""
    return await letter_page(request, letter, await begin(request, DeliveryForm))


@get("/letters/{letter:uuid}/letter.pdf", name="desk.letters:pdf")
async def as_pdf(request: Request, letter: FromPath[UUID]) -> Response[bytes]:
    """The letter to print."""
    return await pdf_of(request, await queries.letter_to_print(request.user, letter))


@post("/letters/{letter:uuid}/deliveries", name="desk.letters:deliver", guards=[staff(May.contact_debtors)])
async def deliver(request: Request, letter: FromPath[UUID]) -> Answer:
    """Record how it arrived, or that it came back."""
    form: Any = DeliveryForm(await request.form()).to(await queries.letter_at_desk(request.user, letter))
    if form.validate() and await form.accepts(proving.record_delivery(request.user, letter, **typed(form))):
        flash(request, N_("Recorded. It is listed under the contacts of the case."))
        return go(request, "desk.letters:show", letter=letter)
    return await letter_page(request, letter, form, status=422)


@get("/letters/{letter:uuid}/photos/{photo:uuid}", name="desk.letters:photo")
async def photo(request: Request, letter: FromPath[UUID], photo: FromPath[UUID]) -> Answer:
    """A photo of a proof."""
    await queries.letter_at_desk(request.user, letter)
    return jpeg(await photo_of(request.user, f"letter:{letter}", photo))


@get("/letters/{letter:uuid}/photos/{photo:uuid}/thumbnail", name="desk.letters:thumbnail")
async def thumbnail(request: Request, letter: FromPath[UUID], photo: FromPath[UUID]) -> Answer:
    """The same photo, small."""
    await queries.letter_at_desk(request.user, letter)
    return jpeg(await photo_of(request.user, f"letter:{letter}", photo, small=True))


@get("/letters/batch", name="desk.letters:batch", guards=[staff(May.issue_notices)])
async def preview(request: Request) -> Template:
    """The homes of a building that would get a notice, with their sums. Nothing is saved."""
    code, building = asked(request)
    cases = await queue.waiting_in(request.user, code, building)
    title = _("Notices for a building")
    return page(request, "collection/letter_queue/batch.html", title=title, cases=cases, code=code, building=building)


@post("/letters/batch", name="desk.letters:issue-all", guards=[staff(May.issue_notices)])
async def issue_all(request: Request) -> Answer:
    """Ask the worker to issue them."""
    code, building = asked(request)
    once = Form(await request.form()).once
    made = await actions.ask_notices(request.user, code, building, pay_at(request), once=once)
    return go(request, "desk.letters:progress", batch_id=made)


@get("/letters/batches/{batch_id:uuid}", name="desk.letters:progress")
async def progress(request: Request, batch_id: FromPath[UUID]) -> Template:
    """The progress of a building's notices."""
    batch = await actions.batch_of(request.user, batch_id)
    title, part = _("Notices for a building"), "collection/letter_queue/_batch.html"
    return page(request, "collection/letter_queue/progress.html", fragment=part, quiet=True, title=title, batch=batch)


@get("/letters/print.pdf", name="desk.letters:print")
async def to_print(request: Request) -> Response[bytes]:
    """All letters of a building that are to be delivered, as one file."""
    code, building = asked(request)
    letters = await queue.to_print(request.user, code, building)
    return pdf(await letters_pdf(letters, request.app.state.web.sandbox), "letters.pdf")


def asked(request: Request) -> tuple[str, str]:
    """The community's code and the building in the address."""
    return request.query_params.get("community", "")[:80], request.query_params.get("building", "")[:80]


def pay_at(request: Request) -> str:
    """The address to pay at; it reveals nothing about whoever scans it."""
    return f"{request.app.state.settings.base_url}/bills"


def typed(form: Any) -> dict[str, Any]:
    """The delivery entered in a valid form."""
    return {
        "person": form.person.data or None,
        "way": form.way.data,
        "happened_on": form.happened_on.data,
        "text": form.text.data or "",
        "witness": form.witness.data or "",
        "number": form.number.data or "",
        "enclosed": form.enclosed.data,
        "photos": form.photos.data or (),
    }


async def case_page(request: Request, case: UUID, form: LetterForm, status: int = 200) -> Template:
    """The letters of a case, with the form."""
    case_view, letters = await queries.letters_of_case(request.user, case)
    title = _("Letters to %(unit)s", unit=case_view.unit)
    return page(
        request,
        "collection/letter_queue/case.html",
        status=status,
        title=title,
        case=case_view,
        letters=letters,
        form=form,
    )


async def letter_page(request: Request, letter: UUID, form: DeliveryForm, status: int = 200) -> Template:
    """One letter, with the form for its delivery."""
    letter_view = await queries.letter_at_desk(request.user, letter)
    title = _("Letter %(number)s", number=letter_view.row.called)
    return page(
        request,
        "collection/letter_queue/show.html",
        status=status,
        title=title,
        found=letter_view,
        form=form.to(letter_view),
    )


router = Router(
    "/desk",
    route_handlers=[
        list_, of_case, issue, show, as_pdf, deliver, photo, thumbnail, preview, issue_all, progress, to_print,
    ],
    guards=[staff(May.read_cases)],
)  # fmt: skip
