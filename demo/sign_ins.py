"""Sign-ins of the demo's staff: made by the real set-up links, kept in the data folder for the greeting."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyotp

from demo.people import PERSONAS, STAFF, Persona
from portal.kit import clock
from portal.platform.process.settings import Settings
from portal.signin.staff.enrolment import choose_password, confirm_totp, make_link, set_up_of


@dataclass(frozen=True)
class SignIn:
    """How somebody of the demo signs in: an owner or tenant by `phone`, staff by login, password and codes."""

    name: str
    about: str
    about_zh: str
    phone: str = ""
    login: str = ""
    password: str = ""
    totp: str = ""


def _path(settings: Settings) -> Path:
    return settings.data / "demo-sign-ins.json"


async def give_sign_ins(settings: Settings) -> None:
    """Let every member of the demo's staff set a password and a second factor."""
    made: dict[str, dict[str, str]] = {}
    for member in STAFF:
        token, password = await make_link(member.login), f"mingbai-{secrets.token_hex(4)}"
        await choose_password(token, password)
        secret = (await set_up_of(token)).totp_secret
        assert secret is not None
        # The code before this one, so that the present code is still unused when somebody signs in.
        before = clock.real_now() - timedelta(seconds=30)
        await confirm_totp(token, pyotp.TOTP(secret).at(before))
        made[member.login] = {"password": password, "totp": secret}
    descriptor = os.open(_path(settings), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(made, file)


def everybody(settings: Settings) -> tuple[SignIn, ...]:
    """Everybody of the demo, owners first; empty if the demo was not made."""
    if not _path(settings).exists():
        return ()
    made = json.loads(_path(settings).read_text())
    owners = (_owner(one, "、".join(one.units)) for one in PERSONAS)
    staff = (SignIn(one.name, one.roles, one.department, login=one.login, **made[one.login])
             for one in STAFF if one.login in made)  # fmt: skip
    return *owners, *staff


def _owner(persona: Persona, homes: str) -> SignIn:
    return SignIn(persona.name, f"{homes}: {persona.story}", f"{homes}：{persona.story_zh}", persona.phone)


def sign_ins_text(settings: Settings) -> str:
    """Who can sign in, as text for the terminal: owners by phone, staff by password and the current code."""
    known = everybody(settings)
    lines = [
        "",
        f"Everybody below, with current codes and a link that signs in: {settings.stripe_api_base}/",
        "Owners (that page shows their SMS codes, too):",
        *(f"  {one.phone}  {one.about}" for one in known if one.phone),
        "Staff (login, password, code now; a code is good for half a minute):",
        *(f"  {one.login:10} {one.password}  {pyotp.TOTP(one.totp).now()}" for one in known if one.login),
    ]
    return "\n".join(lines)
