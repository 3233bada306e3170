"""What a person was told, to read again."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Request, Router, get
from litestar.params import FromPath
from litestar.response import Template

from portal.notices.actions import open_notice
from portal.notices.queries import Note, inbox_of, note_of
from portal.notices.words import Words, word
from portal.web.guards import owner
from portal.web.i18n import _, language
from portal.web.page import PageNumber, page


@dataclass(frozen=True)
class Message:
    """A notice with its words in the reader's language."""

    note: Note
    words: Words


def worded(note: Note) -> Message:
    """The notice as its reader sees it."""
    return Message(note, word(note.kind, note.facts, language()))


@get("/inbox", name="inbox:list")
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """Everything they were told, newest first."""
    inbox = await inbox_of(request.user, number)
    messages = [worded(note) for note in inbox.notes]
    return page(request, "inbox/list.html", title=_("Messages"), inbox=inbox, messages=messages)


@get("/inbox/{notice_id:uuid}", name="inbox:show")
async def show(request: Request, notice_id: FromPath[UUID]) -> Template:
    """One message; from now on it counts as read."""
    note = await note_of(request.user, notice_id)
    await open_notice(request.user, notice_id)
    message = worded(note)
    return page(request, "inbox/show.html", title=message.words.subject, message=message)


router = Router("/", route_handlers=[list_, show], guards=[owner])
