"""The desk creates a letter with a code for someone who lost their number and cannot come in."""

from uuid import UUID

from litestar import Response, Router, post
from litestar.params import FromPath

from portal.homes.access_letters.documents import access_pdf, home_of
from portal.people.persons.permissions import May
from portal.signin.letter_codes import actions as letter_code
from portal.web.pages.answers import address, pdf
from portal.web.pages.guards import staff
from portal.web.request.request_context import Request


@post("/people/{person:uuid}/access-letter", name="desk.phones:letter", status_code=200)
async def letter(request: Request, person: FromPath[UUID]) -> Response[bytes]:
    """A letter to print now: nobody can show its code again."""
    settings = request.app.state.settings
    home = await home_of(request.user, person)
    made = await letter_code.make_letter(request.user, person, secret=settings.secret_key)
    where = settings.base_url + address(request, "signin:letter")
    return pdf(await access_pdf(made, home, where), "letter.pdf")


router = Router("/desk", route_handlers=[letter], guards=[staff(May.write_access_letters)])
