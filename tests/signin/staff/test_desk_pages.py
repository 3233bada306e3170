"""The staff door in a browser: link, password, time code."""

import asyncio
import re
from datetime import timedelta

import asyncpg
import httpx
import pyotp
import pytest

from portal.kit.errors import Invalid, Missing
from portal.people.persons.permissions import Role
from portal.people.persons.principal import Audience
from portal.people.persons.queries import principal_of
from portal.platform.process.settings import Settings
from portal.signin.staff import actions as desk, enrolment
from tests import builders, cast
from tests.client import browser
from tests.signin.doors import PASSWORD, staff_with_credentials

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
SECRET = "a secret that is only for tests, 32+"


async def enter(client: httpx.AsyncClient, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await client.post("/desk/sign-in", data={"login": login, "password": password, **more})


async def test_password_then_time_code_opens_the_desk(settings: Settings) -> None:
    estate = await cast.mingxi()
    secret = await staff_with_credentials("shen")
    async with browser(settings) as client:
        assert (await client.get("/desk/sign-in")).status_code == 200
        answer = await enter(client, "Shen", next="/desk/bills")
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in/totp")
        assert "sid" not in client.cookies
        assert (await client.get("/desk/sign-in/totp")).status_code == 200
        answer = await client.post("/desk/sign-in/totp", data={"code": pyotp.TOTP(secret).now()})
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/bills")
        sid = next(h for h in answer.headers.get_list("set-cookie") if h.startswith("sid="))
        assert "httponly" in sid.lower() and "max-age" not in sid.lower()
        found = await principal_of(client.cookies["sid"])
        assert (
            found and found.audience == Audience.staff and found.roles == {estate.community: frozenset({Role.manager})}
        )
        assert (await client.get("/settings")).status_code == 403
        assert (await client.post("/sign-out")).headers["location"] == "/desk/sign-in"


async def test_unknown_login_and_wrong_password_get_the_same_answer(settings: Settings) -> None:
    await cast.mingxi()
    await staff_with_credentials("shen")
    async with browser(settings) as client:
        answers = [
            await enter(client, *typed) for typed in (("shen", "wrong" * 4), ("nobody", PASSWORD), ("feng", PASSWORD))
        ]
    assert [a.status_code for a in answers] == [422] * 3
    assert len({re.search(r'role="alert".*?</div>', a.text, re.S)[0] for a in answers}) == 1  # type: ignore[index]
    assert all(PASSWORD not in a.text and "wrongwrong" not in a.text for a in answers)


async def test_a_time_code_signs_in_once(settings: Settings) -> None:
    await cast.mingxi()
    code = pyotp.TOTP(await staff_with_credentials("shen")).now()
    async with browser(settings) as one, browser(settings) as two:
        await enter(one, "shen")
        await enter(two, "shen")
        done = await asyncio.gather(*(c.post("/desk/sign-in/totp", data={"code": code}) for c in (one, two)))
    assert sorted(answer.status_code for answer in done) == [303, 422]


async def test_the_code_alone_opens_nothing(settings: Settings) -> None:
    await cast.mingxi()
    secret = await staff_with_credentials("shen")
    async with browser(settings) as client:
        answer = await client.post("/desk/sign-in/totp", data={"code": pyotp.TOTP(secret).now()})
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")
        assert (await client.get("/desk/sign-in/totp")).status_code == 303
        assert (await client.get("/desk/bills")).headers["location"] == "/desk/sign-in?next=/desk/bills"


async def test_ten_wrong_tries_lock_a_login_even_for_the_right_password() -> None:
    await cast.mingxi()
    await staff_with_credentials("shen")
    for n in range(10):
        with pytest.raises(Invalid) as refused:
            await desk.check_password("shen", "wrong" * 4, network=f"8.8.8.{n}", secret=SECRET)
        assert refused.value.sentence.text == desk.NOT_RIGHT
    with pytest.raises(Invalid) as refused:
        await desk.check_password("shen", PASSWORD, network="1.1.1.1", secret=SECRET)
    assert refused.value.sentence.text == desk.ENOUGH


async def test_right_passwords_are_not_counted_and_wrong_codes_are() -> None:
    await cast.mingxi()
    await staff_with_credentials("shen")
    for _ in range(12):
        half = await desk.check_password("shen", PASSWORD, network="8.8.8.8", secret=SECRET)
    for _ in range(10):
        with pytest.raises(Invalid):
            await desk.check_totp(half, "000000", network="8.8.4.4", secret=SECRET, user_agent="")
    with pytest.raises(Invalid) as refused:
        await desk.check_totp(half, "000000", network="8.8.4.4", secret=SECRET, user_agent="")
    assert refused.value.sentence.text == desk.ENOUGH


async def test_half_way_ends_when_the_password_changes() -> None:
    await cast.mingxi()
    await staff_with_credentials("shen")
    half = await desk.check_password("shen", PASSWORD, network="8.8.8.8", secret=SECRET)
    secret = await staff_with_credentials("shen")
    with pytest.raises(Invalid):
        await desk.check_totp(half, pyotp.TOTP(secret).now(), network="8.8.8.8", secret=SECRET, user_agent="")


async def test_a_link_sets_password_and_time_code_up_once(settings: Settings) -> None:
    await cast.mingxi()
    token = await enrolment.make_link("shen")
    address = f"/desk/set-up/{token}"
    async with browser(settings) as client:
        page = await client.get(address)
        assert page.status_code == 200 and "data-totp-secret" not in page.text and "new-password" in page.text
        weak = await client.post(address, data={"password": "password1234"})
        assert weak.status_code == 422 and "password1234" not in weak.text
        assert (await client.post(f"{address}/totp", data={"code": "123456"})).headers["location"] == address
        answer = await client.post(address, data={"password": PASSWORD})
        assert (answer.status_code, answer.headers["location"]) == (303, address)
        page = await client.get(address)
        secret = re.search(r'data-totp-secret="([A-Z2-7]+)"', page.text)
        assert secret and "data:image/svg+xml" in page.text and PASSWORD not in page.text
        assert (await enter(client, "shen")).status_code == 422  # not before it is confirmed
        assert (await client.post(f"{address}/totp", data={"code": "000000"})).status_code == 422
        assert secret[1] in (await client.get(address)).text
        code = pyotp.TOTP(secret[1]).now()
        answer = await client.post(f"{address}/totp", data={"code": code})
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")
        assert (await client.get(address)).status_code == 404
        assert (await client.post(address, data={"password": PASSWORD})).status_code == 404
        assert (await enter(client, "shen")).status_code == 303
        # Confirming is no signing in: the same code still counts once.
        for status in (303, 422):
            assert (await client.post("/desk/sign-in/totp", data={"code": code})).status_code == status
            await enter(client, "shen")


async def test_old_sessions_end_with_a_new_set_up(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["沈平"]) as client:
        assert await principal_of(client.cookies["sid"])
        await staff_with_credentials("shen")
        assert await principal_of(client.cookies["sid"]) is None


async def test_links_run_out_by_real_time_and_end_with_the_next_one(admin: asyncpg.Connection) -> None:
    await cast.mingxi()
    first = await enrolment.make_link("shen")
    assert await admin.fetchval("SELECT max(expires_at) - now() FROM set_up_link") > timedelta(hours=23)
    second = await enrolment.make_link("shen")
    with pytest.raises(Missing):
        await enrolment.set_up_of(first)
    await admin.execute("UPDATE set_up_link SET expires_at = now()")
    with pytest.raises(Missing):
        await enrolment.choose_password(second, PASSWORD)
    await staff_with_credentials("shen")
    await enrolment.make_link("shen")
    left = "SELECT expires_at - now() FROM set_up_link WHERE used_at IS NULL"
    assert await admin.fetchval(left) <= timedelta(minutes=10)


async def test_every_estate_of_a_member_of_staff_keeps_in_its_audit_that_a_link_was_made(
    admin: asyncpg.Connection,
) -> None:
    estates = [await builders.community("mingxi", "明溪花园"), await builders.community("donghu", "东湖苑")]
    for code in ("mingxi", "donghu"):
        human = await enrolment.add_staff("qian", code, "service")
    token = await enrolment.make_link("qian")
    rows = await admin.fetch("SELECT * FROM audit_entry WHERE verb = 'set_up_link_made' ORDER BY community")
    assert [(row["community"], row["actor"], row["subject"]) for row in rows] == [
        (estate, "cli", f"staff:{human}") for estate in estates
    ]
    assert token not in str(rows)


async def test_a_new_link_shows_no_secret_of_an_unfinished_set_up() -> None:
    await cast.mingxi()
    first = await enrolment.make_link("shen")
    await enrolment.choose_password(first, PASSWORD)
    second = await enrolment.make_link("shen")
    assert (await enrolment.set_up_of(second)).totp_secret is None


async def test_staff_are_added_role_by_role(admin: asyncpg.Connection) -> None:
    community = await builders.community("mingxi", "明溪花园")
    human = await enrolment.add_staff("Qian.Er", "mingxi", "service")
    assert await enrolment.add_staff("qian.er", "mingxi", "finance") == human
    assert await admin.fetchval("SELECT roles FROM staff") == ["finance", "service"]
    audit = await admin.fetch("SELECT verb, community FROM audit_entry")
    assert [tuple(r) for r in audit] == [("staff_added", community)] * 2
    for login, code, role, error in (
        ("qian.er", "nowhere", "service", Missing),
        ("qian.er", "mingxi", "king", Invalid),
        ("钱二", "mingxi", "service", Invalid),
    ):
        with pytest.raises(error):
            await enrolment.add_staff(login, code, role)
    with pytest.raises(Missing):
        await enrolment.make_link("nobody")
