"""No number, code, token, password or name stands in the log of those who sign in (F-81)."""

from __future__ import annotations

import pyotp
import pytest

from portal.platform.process.settings import Settings
from tests import cast
from tests.client import browser
from tests.logs import logged
from tests.populated import PHONES
from tests.signin.doors import PASSWORD, doors, staff_with_credentials

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_signing_in_tells_the_log_nothing(settings: Settings) -> None:
    with logged() as log:
        await cast.mingxi()
        async with doors(settings) as door:
            await door.client.post("/sign-in", data={"phone": PHONES["陈静"]})
            code = await door.code(PHONES["陈静"])
            await door.client.post("/sign-in/code", data={"code": "000000"})
            await door.client.post("/sign-in/code", data={"code": code})
            tokens = {door.client.cookies["sid"]}
        async with browser(settings) as client:  # nowhere to send codes to: every try fails, which is logged
            await client.post("/sign-in", data={"phone": PHONES["李明"]})
        secret = await staff_with_credentials("shen")
        async with browser(settings) as client:
            await client.post("/desk/sign-in", data={"login": "shen", "password": "wrong horse battery"})
            await client.post("/desk/sign-in", data={"login": "shen", "password": PASSWORD})
            await client.post("/desk/sign-in/totp", data={"code": pyotp.TOTP(secret).now()})
            tokens.add(client.cookies["sid"])
    told = log.getvalue()
    assert "was not sent" in told
    for mark in (*PHONES.values(), code, secret, PASSWORD, "wrong horse", "陈静", *tokens):
        assert mark not in told
