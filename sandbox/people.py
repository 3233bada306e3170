"""Everybody who can be tried out, and the way in: the sandbox signs in for them at the portal's own doors."""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pyotp

from portal.kit.clock import real_now
from sandbox.post import Post

STEP = 30  # seconds that a one-time code is valid
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
SMS_WITHIN = 10  # seconds until the portal's text message must have come


class NotNow(Exception):
    """The portal refused a sign-in: `wait`, it cannot send another code yet; `closed`, for any other reason."""


@dataclass(frozen=True)
class Person:
    """An owner or tenant with a `phone`, or a member of staff with login, password and the secret of the codes."""

    name: str
    about: str
    about_zh: str
    phone: str = ""
    login: str = ""
    password: str = ""
    totp: str = ""

    @property
    def key(self) -> str:
        """What stands in the link that signs in."""
        return self.phone or self.login

    @property
    def door(self) -> str:
        """Where they sign in."""
        return "/sign-in" if self.phone else "/desk/sign-in"

    @property
    def first_page(self) -> str:
        """Where they are then."""
        return "/" if self.phone else "/desk"

    def codes(self, now: datetime) -> tuple[str, str]:
        """The one-time code of this moment and the next one; the portal takes each once."""
        totp = pyotp.TOTP(self.totp)
        return totp.at(now), totp.at(now + timedelta(seconds=STEP))


def code_in(post: Post, phone: str) -> str | None:
    """The code in the newest SMS to a phone that has one."""
    found = (CODE.search(message.text) for message in post.to("sms", phone))
    return next((one[0] for one in found if one), None)


def seconds_left(now: datetime) -> int:
    """Until the one-time codes of this moment are over."""
    return STEP - int(now.astimezone(UTC).timestamp()) % STEP


async def sign_in(person: Person, portal: str, post: Post, before: str | None) -> str:
    """The session cookie (`name=value`) of a person: that of `before` while it holds, else a new one.

    Raises NotNow, and httpx.TransportError when the portal does not answer.
    """
    same = {"origin": portal, "sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(base_url=portal, headers=same, trust_env=False, timeout=15) as http:
        if before and (await http.get(person.first_page, headers={"cookie": before})).status_code == 200:
            return before
        if person.phone:
            answer = await _by_sms(http, person, post)
        else:
            answer = await _by_password(http, person)
    found = next((f"{name}={value}" for name, value in answer.cookies.items() if name.endswith("sid") and value), None)
    if found is None:
        raise NotNow("closed")
    return found


async def _by_sms(http: httpx.AsyncClient, person: Person, post: Post) -> httpx.Response:
    known = len(post.to("sms", person.phone))
    if (await http.post(person.door, data={"phone": person.phone})).status_code != 303:
        raise NotNow("wait")
    for _ in range(SMS_WITHIN * 20):
        if len(post.to("sms", person.phone)) > known:
            break
        await asyncio.sleep(0.05)
    return await http.post(f"{person.door}/code", data={"code": code_in(post, person.phone) or ""})


async def _by_password(http: httpx.AsyncClient, person: Person) -> httpx.Response:
    await http.post(person.door, data={"login": person.login, "password": person.password})
    for code in person.codes(real_now()):  # the present one may have been used
        answer = await http.post(f"{person.door}/totp", data={"code": code})
        if answer.status_code == 303:
            break
    return answer
