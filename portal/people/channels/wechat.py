"""WeChat template messages of an official account (公众号), and who a WeChat user is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from portal.people.channels.provider import NotSent, Unreachable, call, good
from portal.platform.process.settings import Settings

API, OPEN = "https://api.weixin.qq.com", "https://open.weixin.qq.com"
TOKEN_OVER = (40001, 40014, 42001)
# No follower of the account, not one of its people, or they turned its messages off.
NOBODY = (43004, 40003, 43101)
EARLIER = 300  # seconds before a token runs out that a new one is asked for
LONGEST = 20  # signs of a `thing` field

# One token for an account: asking for a stable one again gives the same while it is good.
_tokens: dict[str, tuple[str, float]] = {}


@dataclass(frozen=True)
class Card:
    """The content of a template: a line, a time in words, and the full address that a tap opens."""

    line: str
    moment: str
    link: str


def authorize_url(settings: Settings, state: str) -> str:
    """The page of WeChat's browser that identifies somebody and sends them back with `code` and this `state`."""
    asked = {
        "appid": settings.wechat_app_id,
        "redirect_uri": f"{settings.base_url}/settings/wechat/return",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    return f"{settings.wechat_base or OPEN}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"


async def openid_of(settings: Settings, code: str) -> str | None:
    """The id in this account of somebody who came back with a code; None if WeChat does not say."""
    asked = {
        "appid": settings.wechat_app_id,
        "secret": settings.wechat_app_secret,
        "code": code,
        "grant_type": "authorization_code",
    }
    try:
        openid = (await _ask(settings, "GET", "/sns/oauth2/access_token", params=asked)).get("openid")
    except NotSent:
        return None
    return openid if isinstance(openid, str) else None


async def send_wechat(settings: Settings, openid: str, card: Card, *, key: str) -> str:
    """Send a card and return the message's id. The same `key` (32 characters) is delivered only once.

    Raises NotSent, and Unreachable for somebody who takes no messages from the account.
    """
    if not settings.wechat_app_id:
        raise NotSent("WECHAT_APP_ID is not set")
    body = {
        "touser": openid,
        "template_id": settings.wechat_template,
        "url": card.link,
        "client_msg_id": key,
        "data": {"thing1": {"value": _short(card.line)}, "time2": {"value": card.moment}},
    }
    answer = await _send(settings, body)
    if answer.get("errcode") in TOKEN_OVER:
        _tokens.pop(settings.wechat_app_id, None)
        answer = await _send(settings, body)
    if answer.get("errcode") in NOBODY:
        raise Unreachable
    if answer.get("errcode") != 0:
        raise NotSent(f"errcode {answer.get('errcode')}")
    return str(answer["msgid"])


async def _send(settings: Settings, body: dict[str, Any]) -> dict[str, Any]:
    token = await _token(settings)
    return await _ask(settings, "POST", "/cgi-bin/message/template/send", params={"access_token": token}, json=body)


async def _token(settings: Settings) -> str:
    token, until = _tokens.get(settings.wechat_app_id, ("", 0.0))
    if time.monotonic() < until:
        return token
    asked = {
        "grant_type": "client_credential",
        "appid": settings.wechat_app_id,
        "secret": settings.wechat_app_secret,
    }
    answer = await _ask(settings, "POST", "/cgi-bin/stable_token", json=asked)
    if not isinstance(token := answer.get("access_token", 0), str):
        raise NotSent(f"errcode {answer.get('errcode')}")
    _tokens[settings.wechat_app_id] = token, time.monotonic() + answer["expires_in"] - EARLIER
    return token


async def _ask(settings: Settings, method: str, path: str, **what: Any) -> dict[str, Any]:
    answer = good(await call(method, f"{settings.wechat_base or API}{path}", **what))
    try:
        body = answer.json()
    except ValueError:
        raise NotSent("no JSON") from None
    return body if isinstance(body, dict) else {}


def _short(line: str) -> str:
    """The part of a line that fits: its first words up to a stop, since half a sum would be wrong."""
    if len(line) <= LONGEST:
        return line
    stop = max((line.rfind(sign, 0, LONGEST) for sign in "：，。；（ ("), default=0)
    return line[:stop] + "…" if stop > 0 else line[: LONGEST - 1] + "…"
