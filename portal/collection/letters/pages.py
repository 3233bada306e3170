"""A letter for its debtor, with the PDF. Opening it proves delivery."""

from uuid import UUID

from litestar import Response, Router, get
from litestar.params import FromPath
from litestar.response import Template

from portal.collection.letters.documents import letters_pdf
from portal.collection.letters.proving import OUTLIVED, open_letter
from portal.collection.letters.queries import LetterPage, letter_of
from portal.collection.letters.states import LetterState
from portal.kit.errors import Refused
from portal.kit.words import _
from portal.web.pages.answers import page, pdf
from portal.web.pages.guards import owner
from portal.web.request.request_context import Request


@get("/{letter:uuid}", name="letters:show")
async def show(request: Request, letter: FromPath[UUID]) -> Template:
    """The letter; opening it counts as its arrival."""
    await open_letter(request.user, letter)
    letter_view = await letter_of(request.user, letter)
    return page(
        request,
        "collection/letters/show.html",
        title=_("Letter %(number)s", number=letter_view.row.called),
        found=letter_view,
    )


@get("/{letter:uuid}/letter.pdf", name="letters:pdf")
async def as_pdf(request: Request, letter: FromPath[UUID]) -> Response[bytes]:
    """The letter as it was issued."""
    await open_letter(request.user, letter)
    return await pdf_of(request, await letter_of(request.user, letter))


async def pdf_of(request: Request, letter: LetterPage) -> Response[bytes]:
    """A letter's PDF, shown in the browser. Raises Refused if its sum is out of date."""
    if letter.row.state is LetterState.superseded:
        raise Refused(OUTLIVED)
    content = await letters_pdf([(letter.row, letter.facts, letter.at)], request.app.state.web.sandbox)
    return pdf(content, f"{letter.row.called}.pdf")


router = Router("/letters", route_handlers=[show, as_pdf], guards=[owner])
