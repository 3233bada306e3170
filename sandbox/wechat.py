"""WeChat's official-account API, the part that template messages take; the sandbox has one visitor, who follows."""

import hashlib
import secrets
import time
from urllib.parse import urlencode

from litestar import Router, get, post
from litestar.response import Redirect

from sandbox.state import Request, State, state_of
from sandbox.wire import Json

LIFE = 7200  # seconds
LONGEST = 20  # signs of a `thing`
OK: Json = {"errcode": 0, "errmsg": "ok"}


def _error(code: int, words: str) -> Json:
    return {"errcode": code, "errmsg": words}


@get("/connect/oauth2/authorize", status_code=302)
async def authorize(request: Request) -> Redirect:
    """Say who the visitor is, at once: one sandbox has one visitor."""
    asked = request.query_params
    code = secrets.token_urlsafe(16)
    state_of(request).codes.add(code)
    back = urlencode({"code": code, "state": asked.get("state", "")})
    return Redirect(f"{asked['redirect_uri']}?{back}", status_code=302)


@get("/sns/oauth2/access_token")
async def who(request: Request) -> Json:
    """The id of whom a code stands for; a code works once."""
    asked, state = request.query_params, state_of(request)
    if (asked.get("appid"), asked.get("secret")) != (state.settings.wechat_app_id, state.settings.wechat_app_secret):
        return _error(40125, "invalid appsecret")
    if asked.get("code") not in state.codes:
        return _error(40029, "invalid code")
    state.codes.discard(asked["code"])
    return {"access_token": secrets.token_hex(16), "expires_in": LIFE, "openid": OPENID, "scope": "snsapi_base"}


OPENID = "o" + hashlib.sha256(b"the sandbox's visitor").hexdigest()[:27]


@post("/cgi-bin/stable_token", status_code=200)
async def token(request: Request) -> Json:
    """The token of the account: the same one while it is good."""
    state, asked = state_of(request), await request.json()
    if (asked.get("appid"), asked.get("secret")) != (state.settings.wechat_app_id, state.settings.wechat_app_secret):
        return _error(40125, "invalid appsecret")
    if time.monotonic() >= state.token[1]:
        state.token = secrets.token_hex(32), time.monotonic() + LIFE
    return {"access_token": state.token[0], "expires_in": int(state.token[1] - time.monotonic())}


@post("/cgi-bin/message/template/send", status_code=200)
async def send(request: Request) -> Json:
    """Show a card; the same client_msg_id within some minutes is the same card."""
    state, asked = state_of(request), await request.json()
    if refusal := _refused(state, request.query_params.get("access_token", ""), asked):
        return refusal
    if asked.get("client_msg_id") not in state.cards:
        state.cards.add(asked.get("client_msg_id"))
        words = [field["value"] for field in asked["data"].values()]
        state.post.put("wechat", asked["touser"], "\n".join([*words, asked.get("url", "")]))
    return OK | {"msgid": secrets.randbelow(10**12)}


def _refused(state: State, token: str, asked: Json) -> Json | None:
    if token != state.token[0] or time.monotonic() >= state.token[1]:
        return _error(40001, "invalid credential, access_token is invalid or not latest")
    if asked.get("template_id") != state.settings.wechat_template:
        return _error(40037, "invalid template_id")
    if asked.get("touser") in state.strangers:
        return _error(43004, "require subscribe")
    if asked.get("touser") != OPENID:
        return _error(40003, "invalid openid")
    if any(name.startswith("thing") and len(field["value"]) > LONGEST for name, field in asked["data"].items()):
        return _error(47003, "argument invalid")
    return None


router = Router("/", route_handlers=[authorize, who, token, send])
