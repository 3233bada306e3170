"""What a person was told, to read again."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.kit.i18n import N_
from portal.people.channels.push import public_key
from portal.people.notices.actions import choose_ways, open_notice
from portal.people.notices.queries import Note, inbox_of, note_of, ways_of, ways_wanted
from portal.people.notices.states import Channel
from portal.people.notices.words import Words, word
from portal.people.persons.devices import devices_of
from portal.web.forms.forms import Form, Tick
from portal.web.pages.guards import owner
from portal.web.pages.page import PageNumber, flash, go, page
from portal.web.request.i18n import _, language


class WaysForm(Form):
    """By which ways to be told besides the inbox."""

    sms = Tick(N_("By SMS"), required=False)
    email = Tick(N_("By e-mail, if we have your address"), required=False)


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
    return page(request, "overview/home/list.html", title=_("Messages"), inbox=inbox, messages=messages)


@get("/inbox/{notice_id:uuid}", name="inbox:show")
async def show(request: Request, notice_id: FromPath[UUID]) -> Template:
    """One message; from now on it counts as read."""
    note = await note_of(request.user, notice_id)
    await open_notice(request.user, notice_id)
    message, ways = worded(note), await ways_of(request.user, notice_id)
    return page(request, "overview/home/inbox_show.html", title=message.words.subject, message=message, ways=ways)


@get("/settings/notices", name="inbox:ways")
async def ways(request: Request) -> Template:
    """By which ways they are told besides the inbox."""
    return await ways_page(request)


@post("/settings/notices", name="inbox:choose")
async def choose(request: Request) -> Response:
    """Keep the choice."""
    form: Any = WaysForm(await request.form())
    if not form.validate():
        return await ways_page(request, form, status=422)  # type: ignore[return-value]
    await choose_ways(request.user, sms=form.sms.data, email=form.email.data)
    flash(request, N_("Your settings are saved."))
    return go(request, "inbox:ways")


async def ways_page(
    request: Request, form: WaysForm | None = None, device: Form | None = None, status: int = 200
) -> Template:
    """The ticks and the browsers, for every verb."""
    wanted, devices = await ways_wanted(request.user), await devices_of(request.user)
    form = form or WaysForm(sms=wanted[Channel.sms], email=wanted[Channel.email])
    settings = request.app.state.settings
    return page(
        request, "overview/home/notices.html", status=status, title=_("How we reach you"), form=form, device=device,
        devices=devices, key=public_key(settings), connects=settings.wechat_app_id, connected=wanted[Channel.wechat],
    )  # fmt: skip


router = Router("/", route_handlers=[list_, show, ways, choose], guards=[owner])
