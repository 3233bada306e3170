"""Sign-ins of the demo's staff: made by the real set-up links, kept in the data folder for the greeting."""

from __future__ import annotations

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path

import pyotp

from portal.demo.people import PERSONAS, STAFF
from portal.kit import clock
from portal.settings import Settings
from portal.signin.set_up import choose_password, confirm_totp, make_link, set_up_of


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


def sign_ins(settings: Settings) -> str:
    """Who can sign in, as text for the terminal: owners by phone, staff by password and the present TOTP code."""
    lines = ["", "Owners (the code by SMS: GET /sandbox/sms?phone=… of the sandbox):"]
    lines += [f"  {one.phone}  {'、'.join(one.units)}  {one.story}" for one in PERSONAS]
    if _path(settings).exists():
        made = json.loads(_path(settings).read_text())
        lines.append("Staff (login, password, code now):")
        lines += [
            f"  {login:10} {known['password']}  {pyotp.TOTP(known['totp']).now()}" for login, known in made.items()
        ]
    return "\n".join(lines)
