"""What the doors tell by their answers and by the time that they take: nothing of who is known."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import httpx
import pytest

from portal.platform.process.settings import Settings
from tests import cast
from tests.faults.counts import note
from tests.faults.winding import Time, all_sent
from tests.signin.doors import PASSWORD, doors, staff_with_credentials

CHEN, UNKNOWN = "+8619900000101", "+8619912345678"
pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean"), pytest.mark.timeout(1800)]


@pytest.mark.landing
async def test_the_doors_tell_nobody_who_is_known(settings: Settings, simulated: Time) -> None:
    """F-68: the same status, size and words, and medians of the time less than 20 ms apart."""
    await cast.mingxi()
    await staff_with_credentials("shen")
    samples, slow = 1000, 100  # argon2id takes its 70 ms at each try of the staff's door
    async with doors(settings) as door:
        client = door.client

        async def knock(phone: str) -> None:
            await client.post("/sign-in", data={"phone": phone})
            await all_sent()  # what is sent after the answer is nobody's time

        async def code(_phone: str) -> list[httpx.Response]:
            return [await client.post("/sign-in/code", data={"code": "000000"})]

        async def password(login: str) -> list[httpx.Response]:
            return [await client.post("/desk/sign-in", data={"login": login, "password": PASSWORD + "!"})]

        async def number(phone: str) -> list[httpx.Response]:
            return [await client.post("/sign-in", data={"phone": phone}), await client.get("/sign-in/code")]

        for what, first, act, known, unknown, count in (
            ("number", None, number, CHEN, UNKNOWN, samples),
            ("code", knock, code, CHEN, UNKNOWN, samples),
            ("password", None, password, "shen", "nine", slow),
        ):
            apart = await _apart(first, act, (known, unknown), count, simulated)
            note("F-68", count, of=what, milliseconds_apart=round(apart * 1000, 2))
            assert apart < 0.020, what


async def _apart(first: Callable | None, act: Callable, names: tuple[str, str], samples: int, simulated: Time) -> float:
    """The difference of the medians in seconds, after comparing every pair of answers."""
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(samples):
        seen = []
        for name in names if turn % 2 else names[::-1]:
            if first:
                await first(name)
            began = time.perf_counter()
            answers = await act(name)
            taken[name].append(time.perf_counter() - began)
            seen.append((name, [(a.status_code, a.headers.get("location"), _words(a.text, name)) for a in answers]))
            await all_sent()  # what is sent after the answer is nobody's time
        assert seen[0][1] == seen[1][1], turn
        simulated.passes(hours=3)
    first, second = (statistics.median(values) for values in taken.values())
    return abs(first - second)


def _words(text: str, name: str) -> str:
    """A page without one-time keys and without what was typed."""
    typed = (name, name.removeprefix("+86"), f"{name[3:6]}****{name[-4:]}")
    lines = "\n".join(line for line in text.splitlines() if "_once" not in line)
    for word in sorted(typed, key=len, reverse=True):
        lines = lines.replace(word, "…")
    return lines
