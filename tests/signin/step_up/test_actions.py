"""Proving again who one is: a fresh code, a new token, ten minutes, and nothing else opens the door (I-A5, F-64)."""

from datetime import timedelta

import asyncpg
import httpx
import pyotp
import pytest

from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.people.persons.queries import principal_of
from portal.people.persons.rules import STEP_UP_LASTS, fresh
from portal.platform.process.settings import Settings
from portal.signin.owners.actions import ask_code
from portal.signin.owners.words import CodeText
from portal.signin.step_up import actions as stepping
from tests import builders, cast
from tests.client import browser
from tests.populated import signed_in
from tests.signin.doors import doors, staff_with_credentials

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
WHO = {"network": "203.0.113.7", "secret": "a secret that is only for tests, 32+"}
CHEN = "19900000101"


def test_a_proof_lasts_ten_minutes() -> None:
    now = clock.real_now()
    assert fresh(now, now) and fresh(now - STEP_UP_LASTS + timedelta(seconds=1), now)
    assert not fresh(now - STEP_UP_LASTS, now) and not fresh(None, now)


async def test_a_code_to_ones_own_number_gives_the_session_a_new_token(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    token, me = await signed_in(estate["陈静"])
    await admin.execute("UPDATE web_session SET stepped_up_at = NULL")
    knock, message = await stepping.ask_step_up(me, **WHO)
    assert message.to == f"+86{CHEN}" and message.text == CodeText.step_up
    renewed = await stepping.step_up(me, knock, message.code, **WHO)
    found = await principal_of(renewed)
    assert found and found.session == me.session and fresh(found.stepped_up_at, clock.real_now())
    assert await principal_of(token) is None, "whoever had the old token has nothing now"
    verbs = [row["verb"] for row in await admin.fetch("SELECT verb FROM security_event ORDER BY at")]
    assert verbs[-2:] == ["code_sent", "stepped_up"]


async def test_no_other_code_counts() -> None:
    """Neither one for signing in, nor another person's, nor one used before."""
    estate = await cast.mingxi()
    _token, me = await signed_in(estate["陈静"])
    _token, other = await signed_in(estate["李明"])
    theirs, their_message = await stepping.ask_step_up(other, **WHO)
    with pytest.raises(Invalid):
        await stepping.step_up(me, theirs, their_message.code, **WHO)
    knock, message = await stepping.ask_step_up(me, **WHO)
    await stepping.step_up(me, knock, message.code, **WHO)
    with pytest.raises(Invalid):
        await stepping.step_up(me, knock, message.code, **WHO)


async def test_asking_for_codes_is_limited_together_with_signing_in() -> None:
    estate = await cast.mingxi()
    _token, me = await signed_in(estate["陈静"])
    await ask_code(f"+86{CHEN}", **WHO)
    with pytest.raises(Invalid):
        await stepping.ask_step_up(me, **WHO)


async def test_an_ended_session_cannot_step_up(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    _token, me = await signed_in(estate["陈静"])
    knock, message = await stepping.ask_step_up(me, **WHO)
    await admin.execute("UPDATE web_session SET revoked_at = now()")
    with pytest.raises(Missing):
        await stepping.step_up(me, knock, message.code, **WHO)
    assert not await admin.fetchval("SELECT count(*) FROM web_session WHERE revoked_at IS NULL")


async def test_an_owner_steps_up_in_the_browser_and_is_led_back(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with doors(settings) as at, browser(at.settings, estate["陈静"]) as client:
        before = client.cookies["sid"]
        page = await client.get("/step-up", params={"next": "/bills"})
        assert "199****0101" in page.text and CHEN not in page.text
        assert (await client.get("/step-up/code")).headers["location"] == "/step-up"
        sent = await client.post("/step-up", data={"next": "/bills"})
        assert sent.headers["location"] == "/step-up/code"
        assert "199****0101" in (await client.get("/step-up/code")).text
        wrong = await client.post("/step-up/code", data={"code": "12345"})
        assert wrong.status_code == 422
        done = await client.post("/step-up/code", data={"code": await at.code(f"+86{CHEN}")})
        assert (done.status_code, done.headers["location"]) == (303, "/bills")
        assert client.cookies["sid"] != before
        async with httpx.AsyncClient(
            transport=client._transport, base_url=client.base_url, cookies={"sid": before}
        ) as thief:
            assert (await thief.get("/bills")).headers["location"] == "/sign-in?next=/bills"
        assert (await client.get("/bills")).status_code == 200


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "/desk", "/step-up", "/sign-out"])
async def test_stepping_up_leads_nowhere_else(settings: Settings, away: str) -> None:
    estate = await cast.mingxi()
    async with doors(settings) as at, browser(at.settings, estate["陈静"]) as client:
        await client.post("/step-up", data={"next": away})
        done = await client.post("/step-up/code", data={"code": await at.code(f"+86{CHEN}")})
        assert done.headers["location"] == "/"


async def test_staff_step_up_with_a_code_of_their_app(settings: Settings, admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    secret = await staff_with_credentials("shen")
    async with browser(settings, estate["沈平"], stepped_up=False) as client:
        before = client.cookies["sid"]
        wrong = await client.post("/desk/step-up", data={"code": "000000", "next": "/desk/corrections"})
        assert wrong.status_code == 422
        code = pyotp.TOTP(secret).now()
        done = await client.post("/desk/step-up", data={"code": code, "next": "/desk/corrections"})
        assert (done.status_code, done.headers["location"]) == (303, "/desk/corrections")
        assert client.cookies["sid"] != before
        again = await client.post("/desk/step-up", data={"code": code, "next": "/desk"})
        assert again.status_code == 422, "a code of the app counts once"
    assert await admin.fetchval("SELECT count(*) FROM security_event WHERE verb = 'stepped_up'") == 1


async def test_without_a_fresh_proof_staff_are_led_to_it(settings: Settings, admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    nothing = f"/desk/corrections/{estate.units['1栋101']}/approval"
    boss = await builders.staff(estate.community, "高远", "gao", *estate["沈平"].roles[estate.community])
    async with browser(settings, boss, stepped_up=False) as client:
        sent = await client.post(nothing, headers={"Referer": "http://127.0.0.1:8000/desk/corrections"})
        assert sent.headers["location"] == "/desk/step-up?next=/desk/corrections"
        part = await client.post(nothing, headers={"HX-Request": "true"})
        assert part.headers["hx-redirect"].startswith("/desk/step-up?next=")
    async with browser(settings, boss) as client:
        assert (await client.post(nothing)).status_code == 404
        await admin.execute("UPDATE web_session SET stepped_up_at = stepped_up_at - interval '10 minutes'")
        assert (await client.post(nothing)).status_code == 303


async def test_owners_and_staff_have_their_own_page(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as owner, browser(settings, estate["沈平"]) as staff:
        assert (await owner.get("/desk/step-up")).status_code == 403
        assert (await staff.get("/step-up")).status_code == 403
    async with browser(settings) as nobody:
        assert (await nobody.get("/step-up")).headers["location"] == "/sign-in?next=/step-up"
