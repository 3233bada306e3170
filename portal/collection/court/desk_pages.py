"""The desk's pages of claims: the queue, a case with the conditions of each claim, one claim with its steps."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.collection.court import actions, documents, queries
from portal.collection.court.documents import change_pdf, claim_pdf
from portal.collection.court.forms import ChangeForm, ClaimForm, StepForm
from portal.collection.court.steps import change_claim, record_step
from portal.kit import clock
from portal.kit.i18n import N_
from portal.kit.words import _, label
from portal.people.persons.permissions import May
from portal.web.forms.forms import UPLOAD_BYTES
from portal.web.forms.unsent_forms import begin, begun
from portal.web.pages.answers import PageNumber, flash, go, jpeg, page, pdf
from portal.web.pages.guards import staff
from portal.web.request.request_context import Answer, Request


@get("/legal", name="desk.legal:list")
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """Claims that are not over, and homes at the last stage without a claim."""
    claim_queue = await queries.claim_queue(request.user, number)
    return page(request, "collection/court/list.html", title=_("Mediation and court"), found=claim_queue)


@get("/cases/{case:uuid}/legal", name="desk.legal:case")
async def of_case(request: Request, case: FromPath[UUID]) -> Template:
    """The paths of a case with their gates."""
    return await case_page(request, case, await begin(request, ClaimForm))


@post("/cases/{case:uuid}/legal", name="desk.legal:prepare", guards=[staff(May.bring_claims)])
async def prepare(request: Request, case: FromPath[UUID]) -> Answer:
    """Prepare a claim."""
    form: Any = ClaimForm(await request.form())
    if form.validate() and await form.accepts(_prepare(request, case, form)):
        flash(request, N_("The document is ready. Print it, file it and record the date."))
        return go(request, "desk.legal:case", case=case)
    return await case_page(request, case, form, status=422)


@get("/legal/{claim:uuid}", name="desk.legal:show")
async def show(request: Request, claim: FromPath[UUID]) -> Template:
    """One claim with its steps."""
    cut_off = await begun(request, form=("steps", StepForm), change=("changes", ChangeForm))
    return await claim_page(request, claim, **cut_off)


@get("/legal/{claim:uuid}/claim.pdf", name="desk.legal:pdf")
async def as_pdf(request: Request, claim: FromPath[UUID]) -> Response[bytes]:
    """The document to file."""
    paper = await documents.paper_to_hand_in(request.user, claim)
    return pdf(await claim_pdf(paper, request.app.state.web.sandbox), "claim.pdf")


@get("/legal/{claim:uuid}/change.pdf", name="desk.legal:change-pdf")
async def change_as_pdf(request: Request, claim: FromPath[UUID]) -> Response[bytes]:
    """The document that reduces the claim or withdraws it."""
    change_view = await documents.change_to_hand_in(request.user, claim)
    return pdf(await change_pdf(change_view, clock.now(), request.app.state.web.sandbox), "change.pdf")


@post(
    "/legal/{claim:uuid}/changes", name="desk.legal:change", guards=[staff(May.bring_claims)],
    request_max_body_size=UPLOAD_BYTES,
)  # fmt: skip
async def change(request: Request, claim: FromPath[UUID]) -> Answer:
    """Record the new sum of a claim."""
    form: Any = ChangeForm(await request.form())
    if form.validate() and await form.accepts(_change(request, claim, form)):
        flash(request, N_("Recorded."))
        return go(request, "desk.legal:show", claim=claim)
    return await claim_page(request, claim, change=form, status=422)


@post(
    "/legal/{claim:uuid}/steps", name="desk.legal:step", guards=[staff(May.bring_claims)],
    request_max_body_size=UPLOAD_BYTES,
)  # fmt: skip
async def step(request: Request, claim: FromPath[UUID]) -> Answer:
    """Record what happened."""
    form: Any = StepForm(await request.form())
    if form.validate() and await form.accepts(_step(request, claim, form)):
        flash(request, N_("Recorded."))
        return go(request, "desk.legal:show", claim=claim)
    return await claim_page(request, claim, form, status=422)


@get("/legal/{claim:uuid}/photos/{photo:uuid}", name="desk.legal:photo")
async def photo(request: Request, claim: FromPath[UUID], photo: FromPath[UUID]) -> Answer:
    """A photo of one of its documents."""
    return jpeg(await queries.paper_of_claim(request.user, claim, photo))


@get("/legal/{claim:uuid}/photos/{photo:uuid}/thumbnail", name="desk.legal:thumbnail")
async def thumbnail(request: Request, claim: FromPath[UUID], photo: FromPath[UUID]) -> Answer:
    """The same photo, small."""
    return jpeg(await queries.paper_of_claim(request.user, claim, photo, small=True))


def _prepare(request: Request, case: UUID, form: Any) -> Any:
    limit, source = form.limit.data, form.source.data or ""
    return actions.prepare_claim(request.user, case, form.kind.data, limit=limit, source=source, once=form.once)


def _step(request: Request, claim: UUID, form: Any) -> Any:
    note: Any = {"reference": form.reference.data or "", "body": form.text.data or "", "photos": form.photos.data or ()}
    return record_step(request.user, claim, form.data["state"], form.data["on"], **note)


def _change(request: Request, claim: UUID, form: Any) -> Any:
    note: Any = {"reference": form.reference.data or "", "body": form.text.data or "", "photos": form.photos.data or ()}
    return change_claim(request.user, claim, form.amount.data, form.data["on"], **note)


async def case_page(request: Request, case: UUID, form: ClaimForm, status: int = 200) -> Template:
    """The paths of a case, with the form."""
    paths = await queries.paths_of(request.user, case)
    title = _("Mediation and court, %(unit)s", unit=paths.case.unit)
    return page(request, "collection/court/case.html", status=status, title=title, found=paths, form=form)


async def claim_page(
    request: Request, claim: UUID, form: Any = None, *, change: Any = None, status: int = 200
) -> Template:
    """One claim, with the forms for its next step and for another sum; the remaining sum is suggested."""
    claim_view = await queries.claim_at_desk(request.user, claim)
    form, change = form or StepForm(), change or ChangeForm(amount=claim_view.row.left)
    wrong = change if change.errors else form
    form.state.options = [(one.value, label(one)) for one in claim_view.following]
    title = _("%(path)s, %(unit)s", path=label(claim_view.row.kind), unit=claim_view.row.unit)
    return page(request, "collection/court/show.html", status=status, title=title, found=claim_view, form=form,
                change=change, wrong=wrong)  # fmt: skip


router = Router(
    "/desk",
    route_handlers=[list_, of_case, prepare, show, as_pdf, change_as_pdf, change, step, photo, thumbnail],
    guards=[staff(May.read_cases)],
)
