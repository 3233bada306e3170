"""The owner's first page, messages, and notification settings."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from wtforms import HiddenField

from portal.kit.errors import Missing
from portal.kit.i18n import N_
from portal.kit.language import language
from portal.kit.words import _
from portal.overview.home import queries
from portal.people.channels.push import public_key
from portal.people.channels.wechat import authorize_url, openid_of
from portal.people.notices.actions import choose_ways, connect_wechat, open_notice
from portal.people.notices.queries import Note, inbox_of, note_of, ways_of, ways_wanted
from portal.people.notices.states import Channel
from portal.people.notices.words import Words, word
from portal.people.persons.devices import add_device, devices_of, remove_device
from portal.signin.owners.pending import drop, keep, kept
from portal.web.forms.forms import Form, Tick
from portal.web.pages.answers import PageNumber, flash, go, page
from portal.web.pages.guards import owner
from portal.web.request.request_context import Answer, Request


@get("/", name="home:show")
async def show(request: Request) -> Template:
    """What the person owes and by when, what is new, and what was done."""
    home = await queries.home_of(request.user)
    news = [(item, word(item.kind, item.facts, language()).subject) for item in home.news]
    return page(request, "overview/home/show.html", title=_("Home"), home=home, news=news)


router = Router("/", route_handlers=[show], guards=[owner])


class WaysForm(Form):
    """The channels for notices besides the inbox."""

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
    """All notices of this person, newest first."""
    inbox = await inbox_of(request.user, number)
    messages = [worded(note) for note in inbox.notes]
    return page(request, "overview/home/list.html", title=_("Messages"), inbox=inbox, messages=messages)


@get("/inbox/{notice_id:uuid}", name="inbox:show")
async def show_inbox(request: Request, notice_id: FromPath[UUID]) -> Template:
    """One message; opening it marks it as read."""
    note = await note_of(request.user, notice_id)
    await open_notice(request.user, notice_id)
    message, ways = worded(note), await ways_of(request.user, notice_id)
    return page(request, "overview/home/inbox_show.html", title=message.words.subject, message=message, ways=ways)


@get("/settings/notices", name="inbox:ways")
async def ways(request: Request) -> Template:
    """The channels by which they get notices besides the inbox."""
    return await ways_page(request)


@post("/settings/notices", name="inbox:choose")
async def choose(request: Request) -> Answer:
    """Save the choice."""
    form: Any = WaysForm(await request.form())
    if not form.validate():
        return await ways_page(request, form, status=422)
    await choose_ways(request.user, sms=form.sms.data, email=form.email.data)
    flash(request, N_("Your settings are saved."))
    return go(request, "inbox:ways")


async def ways_page(
    request: Request, form: WaysForm | None = None, device: Form | None = None, status: int = 200
) -> Template:
    """The channels and browsers, for every verb."""
    wanted, devices = await ways_wanted(request.user), await devices_of(request.user)
    form = form or WaysForm(sms=wanted[Channel.sms], email=wanted[Channel.email])
    settings = request.app.state.settings
    return page(
        request, "overview/home/notices.html", status=status, title=_("How we contact you"), form=form, device=device,
        devices=devices, key=public_key(settings), connects=settings.wechat_app_id, connected=wanted[Channel.wechat],
    )  # fmt: skip


inbox_router = Router("/", route_handlers=[list_, show_inbox, ways, choose], guards=[owner])


class DeviceForm(Form):
    """The data that a browser sends when notifications are turned on in it."""

    endpoint = HiddenField()
    p256dh = HiddenField()
    auth = HiddenField()


@post("/settings/notices/devices", name="devices:add")
async def add(request: Request) -> Answer:
    """Show notices in this browser."""
    form: Any = DeviceForm(await request.form())
    sandbox = request.app.state.settings.vapid_push_base
    keys = {name: form[name].data or "" for name in ("endpoint", "p256dh", "auth")}
    if not await form.accepts(add_device(request.user, **keys, sandbox=sandbox)):
        return await ways_page(request, device=form, status=422)
    flash(request, N_("Notifications are on in this browser."))
    return go(request, "inbox:ways")


@post("/settings/notices/devices/{device_id:uuid}/end", name="devices:remove")
async def remove(request: Request, device_id: FromPath[UUID]) -> Answer:
    """Stop showing notices in this browser."""
    await remove_device(request.user, device_id)
    flash(request, N_("Notifications are off for that browser."))
    return go(request, "inbox:ways")


devices_router = Router("/", route_handlers=[add, remove], guards=[owner])


STEP = "wechat"
FAILED = N_("WeChat did not identify you. Please open this page in WeChat and try again.")


@get("/settings/wechat", name="wechat:begin", status_code=303)
async def begin(request: Request) -> Answer:
    """Send the person to WeChat, which sends them back; the state proves that they were the one who left."""
    if not request.app.state.settings.wechat_app_id:
        raise Missing  # switched off
    state = secrets.token_urlsafe(24)
    away = Redirect(authorize_url(request.app.state.settings, state), status_code=303)
    return keep(request, away, STEP, timedelta(minutes=10), state=state, human=str(request.user.human))


@get("/settings/wechat/return", name="wechat:return", status_code=303)
async def back(request: Request, code: FromQuery[str] = "") -> Answer:
    """Back from WeChat."""
    openid = await openid_of(request.app.state.settings, code) if code and left_here(request) else None
    if openid:
        await connect_wechat(request.user, openid)
    flash(
        request, N_("You will now also receive messages in WeChat.") if openid else FAILED, "good" if openid else "bad"
    )
    return drop(request, go(request, "inbox:ways"), STEP)


def left_here(request: Request) -> bool:
    """Whether this person left for WeChat in this browser."""
    facts = kept(request, STEP) or {}
    known = facts.get("state", "").encode(), request.query_params.get("state", "").encode()
    return facts.get("human") == str(request.user.human) and secrets.compare_digest(*known)


@post("/settings/wechat/end", name="wechat:end")
async def end(request: Request) -> Answer:
    """Stop sending messages by WeChat."""
    await connect_wechat(request.user, None)
    flash(request, N_("You will no longer receive messages in WeChat."))
    return go(request, "inbox:ways")


wechat_router = Router("/", route_handlers=[begin, back, end], guards=[owner])
