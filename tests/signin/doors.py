"""A browser at the doors, and a real sandbox that takes its text messages."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import anyio
import httpx
import pyotp

from portal.platform.process.settings import Settings
from portal.signin.staff import enrolment
from tests.client import browser
from tests.sandbox.running import RunningSandbox, running_sandbox

PASSWORD = "mug umbrella giraffe seven"


@dataclass(frozen=True)
class Doors:
    """A browser, and where its codes arrive."""

    client: httpx.AsyncClient
    sandbox: RunningSandbox
    settings: Settings

    async def code(self, phone: str) -> str:
        """The six digits of the latest message to a number; waits for them a while."""
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(100):
                box = (await http.get(f"{self.sandbox.url}/sandbox/sms", params={"phone": phone})).json()
                if box:
                    [code] = re.findall(r"\d{6,}", box[0]["text"])
                    return code
                await anyio.sleep(0.02)
        raise AssertionError(f"no message reached {phone}")

    def inbox(self) -> int:
        """How many messages were sent at all."""
        return len(self.sandbox.state.post.channels["sms"])


@asynccontextmanager
async def doors(settings: Settings) -> AsyncIterator[Doors]:
    """The application with a sandbox of its own."""
    async with running_sandbox() as sandbox:
        with_sms = replace(settings, sms_url=f"{sandbox.url}/sandbox/sms")
        async with browser(with_sms) as client:
            yield Doors(client, sandbox, with_sms)


async def staff_with_credentials(login: str) -> str:
    """Set a member of staff up through a link; the TOTP secret."""
    token = await enrolment.make_link(login)
    await enrolment.choose_password(token, PASSWORD)
    secret = (await enrolment.set_up_of(token)).totp_secret
    assert secret
    # The step before now, so that the present code still works at the door.
    await enrolment.confirm_totp(token, pyotp.TOTP(secret).at(0, counter_offset=_step() - 1))
    return secret


def _step() -> int:
    from portal.kit import clock
    from portal.signin.owners.rules import time_step

    return time_step(clock.real_now())
