"""Who tries the doors with patience: guessing, pumping, replaying, planting, listening to the clock (F-64 to F-68)."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest

from portal.kit.errors import Invalid
from portal.people.persons.actions import start_session
from portal.people.persons.principal import Audience
from portal.people.persons.queries import principal_of
from portal.platform.process.settings import Settings
from portal.signin.owners import actions
from portal.signin.owners.actions import Knock
from portal.signin.staff import enrolment
from tests import cast
from tests.client import ORIGIN
from tests.faults.counts import SEED, note, times
from tests.faults.winding import Time, all_sent
from tests.signin.doors import Doors, doors

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean"), pytest.mark.timeout(1800)]
SECRET = "a secret that is only for tests, 32+"
CHEN, UNKNOWN = "+8619900000101", "+8619912345678"
ON_THE_ROLL = [f"1990000010{n}" for n in range(1, 8)]


def wrong(code: str) -> str:
    """A code that this one is not."""
    return f"{(int(code) + 1) % 10**6:06d}"


async def ask(phone: str, network: str) -> tuple[Knock, str]:
    """A knock and its code, a made-up one when nothing is sent."""
    knock, message = await actions.ask_code(phone, network=network, secret=SECRET)
    return knock, message.code if message else "123456"


async def use(knock: Knock, code: str, network: str) -> str:
    return await actions.use_code(knock, code, network=network, secret=SECRET, user_agent="tests")


async def told(attempt: object) -> str:
    """The sentence of a refusal, or the empty text for a success."""
    try:
        await attempt  # type: ignore[misc]
    except Invalid as error:
        return error.sentence.text
    return ""


def most_within(moments: list[datetime], window: timedelta) -> int:
    """The largest number that any window of this length holds."""
    moments, most, first = sorted(moments), 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - window:
            first += 1
        most = max(most, last - first + 1)
    return most


async def test_guessing_for_weeks_finds_nothing(admin: asyncpg.Connection, simulated: Time) -> None:
    """F-65: from ever new networks and browsers, as fast as the limits let; ten guesses a day are looked at."""
    await cast.mingxi()
    dice, guesses = random.Random(SEED), times(sample=120, landing=10_000)
    knock, code, said = None, "", Counter[str]()
    for number in range(guesses):
        network = f"8.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        if knock is None or simulated.now - knock.asked_at > timedelta(minutes=4):
            simulated.passes(seconds=61)
            try:
                knock, code = await ask(CHEN, network)
            except Invalid:
                simulated.passes(minutes=15)
        if knock:
            before = await told(use(knock, wrong(code), network))
            said[before] += 1
            if before == actions.ENOUGH_TRIES:  # not even the right one opens now
                assert await told(use(knock, code, network)) in (actions.ENOUGH_TRIES, actions.RUN_OUT)
            knock = None if before in (actions.ASK_ANEW, actions.RUN_OUT) else knock
        simulated.passes(seconds=dice.randrange(5, 300))
    looked = await admin.fetch("SELECT at FROM security_event WHERE verb = 'sign_in_failed'")
    most = most_within([row["at"] for row in looked], timedelta(days=1))
    days = (simulated.now - datetime(2026, 11, 20, 4, tzinfo=UTC)).days
    note("F-65", guesses, days=days, looked_at=len(looked), most_a_day=most, chance_a_day=f"{most}e-6")
    assert 0 < most <= 10, said
    assert said[""] == 0 and await admin.fetchval("SELECT count(*) FROM web_session") == 0


async def test_pumping_sends_no_more_than_the_roll_its_limits_and_the_budget_allow(
    settings: Settings, admin: asyncpg.Connection, simulated: Time
) -> None:
    """F-66: numbers on the roll and on none, from twenty networks; what counts is what reached the gateway."""
    await cast.mingxi()
    dice, requests, budget = random.Random(SEED), times(sample=150, landing=10_000), 40
    async with doors(replace(settings, sms_daily_codes=budget)) as door:
        app = door.client._transport.app  # type: ignore[attr-defined]
        far = [from_peer(app, f"9.9.{n}.1", door.client.headers) for n in range(20)]
        answers = Counter[int]()
        for _number in range(requests):
            phone = dice.choice(ON_THE_ROLL) if dice.random() < 0.5 else f"139{dice.randrange(10**8):08d}"
            answers[(await dice.choice(far).post("/sign-in", data={"phone": phone})).status_code] += 1
            simulated.passes(seconds=dice.randrange(1, 20))
        await all_sent()
        sink = Counter(message.to[-11:] for message in door.sandbox.state.post.channels["sms"])
        for client in far:
            await client.aclose()
    sent = await admin.fetch("SELECT at, facts->>'phone' AS phone FROM security_event WHERE verb = 'code_sent'")
    by_number: dict[str, list[datetime]] = {}
    for row in sent:
        by_number.setdefault(row["phone"], []).append(row["at"])
    note("F-66", requests, reached_the_gateway=sum(sink.values()), numbers=len(sink), answers=dict(answers))
    assert set(sink) <= set(ON_THE_ROLL) and sum(sink.values()) == len(sent) > 0
    assert all(most_within(at, timedelta(seconds=60)) == 1 for at in by_number.values())
    assert all(most_within(at, timedelta(hours=1)) <= 5 for at in by_number.values())
    assert all(most_within(at, timedelta(days=1)) <= 10 for at in by_number.values())
    # The budget is counted by the hour.
    assert most_within([row["at"] for row in sent], timedelta(hours=23)) <= budget
    assert set(answers) == {303, 422}


def from_peer(app: object, peer: str, headers: httpx.Headers) -> httpx.AsyncClient:
    """A browser of another address."""
    transport = httpx.ASGITransport(app=app, client=(peer, 1))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)


async def test_of_each_code_exactly_one_sign_in_comes_or_none(admin: asyncpg.Connection, simulated: Time) -> None:
    """F-67: sent again, from another browser, after a newer one, after its time, and many times at once."""
    await cast.mingxi()
    tries, ways = times(sample=15, landing=500), (_again, _elsewhere, _after_a_newer_one, _too_late, _at_once)
    done = Counter[str]()
    for number in range(tries):
        way, before = ways[number % len(ways)], await admin.fetchval("SELECT count(*) FROM web_session")
        network = f"8.8.{number // 250}.{number % 250}"
        knock, code = await ask(CHEN, network)
        expected = await way(knock, code, network, simulated)
        got = await admin.fetchval("SELECT count(*) FROM web_session") - before
        assert got == expected, (number, way.__name__, got)
        done[way.__name__.strip("_")] += 1
        simulated.passes(hours=3)
    note("F-67", tries, **done)


async def _again(knock: Knock, code: str, network: str, _time: Time) -> int:
    assert await told(use(knock, code, network)) == ""
    assert await told(use(knock, code, network)) == actions.USED
    return 1


async def _elsewhere(knock: Knock, code: str, network: str, _time: Time) -> int:
    other = Knock("another-browser", knock.phone, knock.asked_at)
    assert await told(use(other, code, network)) == actions.WRONG
    assert await told(use(knock, code, network)) == ""
    return 1


async def _after_a_newer_one(knock: Knock, code: str, network: str, time_: Time) -> int:
    time_.passes(seconds=61)
    newer, its_code = await ask(CHEN, network)
    assert await told(use(knock, code, network)) == actions.WRONG
    assert await told(use(newer, its_code, network)) == ""
    return 1


async def _too_late(knock: Knock, code: str, network: str, time_: Time) -> int:
    time_.passes(minutes=5)
    assert await told(use(knock, code, network)) == actions.RUN_OUT
    return 0


async def _at_once(knock: Knock, code: str, network: str, _time: Time) -> int:
    said = await asyncio.gather(*(told(use(knock, code, network)) for _ in range(6)))
    assert sorted(said) == ["", *[actions.USED] * 5]
    return 1


async def test_no_session_is_planted_kept_or_brought_back(settings: Settings, simulated: Time) -> None:
    """F-64: every sign-in gives a new token with its flags; what was ended opens nothing, from the next request on."""
    estate, rounds = await cast.mingxi(), times(sample=3, landing=50)
    shen = estate["沈平"].human
    async with doors(settings) as door:
        for number in range(rounds):
            door.client.cookies.set("sid", "attacker-chosen", domain="127.0.0.1", path="/")
            first = await _sign_in(door)
            assert first != "attacker-chosen" and await principal_of("attacker-chosen") is None
            second = await _sign_in(door)  # again in the same browser: the old one ends
            assert second != first and await _opens(door, first) == 303 and await _opens(door, second) == 200
            await door.client.post("/sign-out")
            assert await _opens(door, second) == 303
            staff = await start_session(shen, Audience.staff, "tests")
            assert await _opens(door, staff, "/desk") == 200
            await enrolment.add_staff("shen", "mingxi", ("finance", "clerk", "service")[number % 3])
            assert await _opens(door, staff, "/desk") == 303
            simulated.passes(hours=3)
            door.client.cookies.clear()
    note("F-64", rounds, sessions=rounds * 3)


async def _sign_in(door: Doors) -> str:
    """Sign in by code; the token, once its cookie is known to be out of reach of scripts and other sites."""
    assert (await door.client.post("/sign-in", data={"phone": CHEN})).status_code == 303
    await all_sent()
    answer = await door.client.post("/sign-in/code", data={"code": await door.code(CHEN)})
    assert answer.status_code == 303, answer.text
    [cookie] = [head for head in answer.headers.get_list("set-cookie") if head.startswith("sid=")]
    flags = cookie.lower()
    assert "httponly" in flags and "samesite=lax" in flags and "path=/" in flags and "domain" not in flags
    return re.findall(r"sid=([^;]+)", cookie)[0]


async def _opens(door: Doors, token: str, page: str = "/bills") -> int:
    app = door.client._transport.app  # type: ignore[attr-defined]
    async with from_peer(app, "9.9.9.9", door.client.headers) as elsewhere:
        return (await elsewhere.get(page, headers={"Cookie": f"sid={token}"})).status_code
