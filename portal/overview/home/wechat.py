"""Messages in WeChat: connected by WeChat saying who somebody is, ended by them."""

import secrets
from datetime import timedelta

from litestar import Request, Response, Router, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from portal.kit.errors import Missing
from portal.kit.i18n import N_
from portal.people.channels.wechat import authorize_url, openid_of
from portal.people.notices.actions import connect_wechat
from portal.signin.owners.pending import drop, keep, kept
from portal.web.pages.guards import owner
from portal.web.pages.page import flash, go

STEP = "wechat"
FAILED = N_("WeChat did not tell us who you are. Please open this page in WeChat and try again.")


@get("/settings/wechat", name="wechat:begin", status_code=303)
async def begin(request: Request) -> Response:
    """To WeChat, which asks nothing and sends them back; the state makes sure that it was they who left."""
    if not request.app.state.settings.wechat_app_id:
        raise Missing  # switched off
    state = secrets.token_urlsafe(24)
    away = Redirect(authorize_url(request.app.state.settings, state), status_code=303)
    return keep(request, away, STEP, timedelta(minutes=10), state=state, human=str(request.user.human))


@get("/settings/wechat/return", name="wechat:return", status_code=303)
async def back(request: Request, code: FromQuery[str] = "") -> Response:
    """Back from WeChat."""
    openid = await openid_of(request.app.state.settings, code) if code and left_here(request) else None
    if openid:
        await connect_wechat(request.user, openid)
    flash(request, N_("Messages now also come in WeChat.") if openid else FAILED, "good" if openid else "bad")
    return drop(request, go(request, "inbox:ways"), STEP)


def left_here(request: Request) -> bool:
    """Whether it was this person who left for WeChat, in this browser."""
    facts = kept(request, STEP) or {}
    known = facts.get("state", "").encode(), request.query_params.get("state", "").encode()
    return facts.get("human") == str(request.user.human) and secrets.compare_digest(*known)


@post("/settings/wechat/end", name="wechat:end")
async def end(request: Request) -> Response:
    """No more messages in WeChat."""
    await connect_wechat(request.user, None)
    flash(request, N_("No more messages come in WeChat."))
    return go(request, "inbox:ways")


router = Router("/", route_handlers=[begin, back, end], guards=[owner])
