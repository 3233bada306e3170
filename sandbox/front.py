"""The sandbox's first page: everybody of the demo with a link that signs in, their codes, and what was sent."""

from datetime import datetime
from html import escape
from urllib.parse import urlsplit, urlunsplit

import httpx
from litestar import MediaType, Response, get
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect

from portal.kit.clock import real_now
from sandbox.hosted_page import STYLE
from sandbox.people import NotNow, Person, code_in, seconds_left, sign_in
from sandbox.post import Message
from sandbox.state import Request, State, state_of
from sandbox.wire import StripeRefusal

MOST_MESSAGES = 20
WORDS = {
    "zh": {
        "lang": "zh-CN",
        "title": "沙盒：示范小区的每一个人",
        "banner": "这是沙盒：短信、邮件和支付都只到这里，不会发生真实扣款。",
        "owners": "业主和租户",
        "staff": "工作人员",
        "enter": "以{name}的身份登录",
        "code": "最近一条短信验证码",
        "password": "密码",
        "now": "当前验证码",
        "next": "下一个",
        "nobody": "这里没有示范小区的人。业主登录时，验证码会出现在下面的短信里。",
        "sms": "最近的短信",
        "mail": "最近的邮件",
        "none": "还没有。",
        "refused": "暂时不能登录",
        "wait": "门户暂时不再向这个手机号发送验证码：请等一分钟，或用刚才那一条。",
        "closed": "门户没有放行：请等一分钟再试，或在门户页面上手动登录看原因。",
        "away": "门户没有应答：请看终端里的提示。",
        "back": "返回",
    },
    "en": {
        "lang": "en",
        "title": "Sandbox: people of the demo",
        "banner": "This is a sandbox: text messages, mail and payments end here, and no money moves.",
        "owners": "Owners and tenants",
        "staff": "Staff",
        "enter": "Sign in as {name}",
        "code": "Last code by SMS",
        "password": "Password",
        "now": "Code now",
        "next": "next",
        "nobody": "There is no demo here. When an owner signs in, the code appears in the text messages below.",
        "sms": "Text messages",
        "mail": "Mail",
        "none": "None yet.",
        "refused": "You cannot sign in now",
        "wait": "The portal cannot send this phone another code yet: wait a minute, or use the last one.",
        "closed": "The portal refused the sign-in: wait a minute, or sign in by hand to see why.",
        "away": "The portal does not answer. See the messages in the terminal.",
        "back": "Go back",
    },
}
LOOK = """
body{max-width:60rem}li{display:block;padding:.75rem 0;border-top:1px solid #8a8f9866}
li p{margin:.1rem 0;overflow-wrap:anywhere}.quiet{opacity:.75;font-size:.9375rem}code{font-size:1.125em}
@media(min-width:40rem){li.person{display:grid;grid-template-columns:1fr 13rem;column-gap:1rem}
li.person>*{grid-column:1}li.person>a{grid-area:1/2/4;align-self:center}}
"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


@get("/", name="front:show")
async def show(request: Request) -> Response[str]:
    """Everybody of the demo with their current codes; the page reloads when these expire."""
    words, now = _words(request), real_now()
    again = f'<meta http-equiv="refresh" content="{seconds_left(now) + 1}">'
    return _page(words, _everybody(state_of(request), words, now), head=again)


def _everybody(state: State, words: dict[str, str], now: datetime) -> str:
    owners = [_owner(one, code_in(state.post, one.phone), words) for one in state.settings.people if one.phone]
    staff = [_member(one, now, words) for one in state.settings.people if one.login]
    people = (
        f"<h2>{words['owners']}</h2><ul>{''.join(owners)}</ul><h2>{words['staff']}</h2><ul>{''.join(staff)}</ul>"
        if state.settings.people
        else f"<p>{words['nobody']}</p>"
    )
    sent = (
        f"<h2>{words[channel]}</h2>{_messages(state.post.to(channel, None)[:MOST_MESSAGES], words)}"
        for channel in ("sms", "mail")
    )
    return people + "".join(sent)


@get("/sign-in/{key:str}", name="front:enter")
async def enter(request: Request, key: FromPath[str]) -> Response[str] | Redirect:
    """Sign in to the portal as this person.

    Cookies do not depend on ports, so the one set here is the portal's as well if both have the same host name.
    """
    state = state_of(request)
    if state.settings.portal_url is None:
        raise StripeRefusal("The sandbox does not know where the portal is: set PORTAL_BASE_URL.")
    if (host := urlsplit(state.settings.portal_url).hostname) != request.url.hostname:
        return Redirect(urlunsplit(urlsplit(str(request.url))._replace(netloc=f"{host}:{request.url.port}")))
    try:
        return await _sign_in(state, _who(state, key), state.settings.portal_url)
    except (NotNow, httpx.TransportError) as error:
        return _refused(_words(request), str(error) if isinstance(error, NotNow) else "away")


async def _sign_in(state: State, person: Person, portal: str) -> Redirect:
    session = await sign_in(person, portal, state.post, state.sessions.get(person.key))
    state.sessions[person.key] = session
    name, _, value = session.partition("=")
    cookie = Cookie(key=name, value=value, path="/", httponly=True, samesite="lax")
    return Redirect(f"{portal}{person.first_page}", status_code=303, cookies=[cookie])


def _refused(words: dict[str, str], why: str) -> Response[str]:
    back = f'<p>{words[why]}</p><p><a class="button" href="/">{words["back"]}</a></p>'
    return _page(words, f"<h2>{words['refused']}</h2>{back}", status=409)


def _who(state: State, key: str) -> Person:
    person = next((one for one in state.settings.people if one.key == key), None)
    if person is None:
        raise StripeRefusal("The demo has nobody of this name.", status=404)
    return person


def _words(request: Request) -> dict[str, str]:
    return WORDS["en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"]


def _owner(person: Person, code: str | None, words: dict[str, str]) -> str:
    last_code = f"{words['code']}: <code>{code}</code>" if code else ""
    return _person(person, person.phone, last_code, words)


def _member(person: Person, now: datetime, words: dict[str, str]) -> str:
    present, following = person.codes(now)
    codes = f"{words['now']}: <code>{present}</code> · {words['next']} <code>{following}</code>"
    return _person(
        person, person.login, f"{words['password']}: <code>{escape(person.password)}</code> · {codes}", words
    )


def _person(person: Person, key: str, codes: str, words: dict[str, str]) -> str:
    about = person.about if words["lang"] == "en" else person.about_zh
    return (
        f'<li class="person"><p><strong>{escape(person.name)}</strong> · {escape(key)}</p>'
        f'<p class="quiet">{escape(about)}</p>{f"<p>{codes}</p>" if codes else ""}'
        f'<a class="button" href="/sign-in/{escape(key)}">{escape(words["enter"].format(name=person.name))}</a></li>'
    )


def _messages(sent: list[Message], words: dict[str, str]) -> str:
    rows = "".join(
        f'<li><p class="quiet">{escape(one.to)} · {escape(one.at[:19])} UTC</p>'
        f"<p>{escape(one.subject)} {escape(one.text)}</p></li>"
        for one in sent
    )
    return f"<ul>{rows}</ul>" if rows else f"<p>{words['none']}</p>"


def _page(words: dict[str, str], body: str, *, head: str = "", status: int = 200) -> Response[str]:
    whole = f"""<!doctype html>
<html lang="{words["lang"]}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{head}
<title>{words["title"]}</title><link rel="icon" href="data:,"><style>{STYLE}{LOOK}</style>
</head>
<body><main><p class="banner">{words["banner"]}</p><h1>{words["title"]}</h1>{body}</main></body></html>
"""
    return Response(whole, media_type=MediaType.HTML, status_code=status, headers=HEADERS)
