"""The owners' door in a browser, and what is theirs to choose."""

from collections.abc import AsyncIterator
from datetime import timedelta
from http.cookies import SimpleCookie

import asyncpg
import httpx
import pytest

from portal.people.persons.queries import principal_of
from portal.platform.process.settings import Settings
from tests import cast
from tests.client import browser
from tests.signin.doors import Doors, doors

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
CHEN, UNKNOWN = "19900000101", "19912345678"


@pytest.fixture
async def door(settings: Settings) -> AsyncIterator[Doors]:
    async with doors(settings) as found:
        yield found


async def asked(door: Doors, phone: str = CHEN, **more: str) -> httpx.Response:
    return await door.client.post("/sign-in", data={"phone": phone, **more})


def cookie(answer: httpx.Response, name: str) -> str:
    [header] = [h for h in answer.headers.get_list("set-cookie") if h.startswith(f"{name}=")]
    return header


async def test_phone_then_code_opens_the_door(door: Doors) -> None:
    estate = await cast.mingxi()
    page = await door.client.get("/sign-in")
    assert page.status_code == 200 and 'autocomplete="tel"' in page.text and "__" not in page.cookies
    to_code = await asked(door)
    assert (to_code.status_code, to_code.headers["location"]) == (303, "/sign-in/code")
    page = await door.client.get("/sign-in/code")
    assert page.status_code == 200 and 'inputmode="numeric"' in page.text and "one-time-code" in page.text
    assert "199****0101" in page.text and CHEN not in page.text.replace(f'value="+86{CHEN}"', "")
    inside = await door.client.post("/sign-in/code", data={"code": await door.code(CHEN)})
    assert (inside.status_code, inside.headers["location"]) == (303, "/")
    token = door.client.cookies["sid"]
    found = await principal_of(token)
    assert found and found.human == estate["陈静"].human


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(door: Doors) -> None:
    await cast.mingxi()
    for answer, name in (
        (await asked(door), "knock"),
        (await door.client.post("/sign-in/code", data={"code": await door.code(CHEN)}), "sid"),
    ):
        flags = cookie(answer, name).lower()
        assert "httponly" in flags and "samesite=lax" in flags and "path=/" in flags and "domain" not in flags
    assert SimpleCookie(cookie(answer, "sid"))["sid"]["max-age"] == str(30 * 24 * 3600)


async def test_an_unknown_number_sees_the_same_and_gets_no_message(door: Doors) -> None:
    await cast.mingxi()
    seen = []
    for phone in (CHEN, UNKNOWN):
        answer = await asked(door, phone)
        page = await door.client.get("/sign-in/code")
        wrong = await door.client.post("/sign-in/code", data={"code": "000000"})
        mine = (phone, f"{phone[:3]}****{phone[-4:]}")
        texts = [answer.text, page.text, wrong.text]
        for word in mine:
            texts = [text.replace(word, "the number") for text in texts]
        seen.append((answer.status_code, answer.headers["location"], wrong.status_code, [strip(t) for t in texts]))
    assert seen[0] == seen[1] and seen[0][2] == 422
    await door.code(CHEN)
    assert door.inbox() == 1


def strip(text: str) -> str:
    """Without one-time keys of forms."""
    return "\n".join(line for line in text.splitlines() if "_once" not in line)


@pytest.mark.parametrize("phone", ["", "abc", "123", "+1 202 555 0100", "1990000010", "199000001011"])
async def test_what_is_no_number_comes_back_with_what_to_do(door: Doors, phone: str) -> None:
    answer = await asked(door, phone)
    assert answer.status_code == 422 and f'value="{phone}"' in answer.text and 'role="alert"' in answer.text


@pytest.mark.parametrize(
    "typed", ["199 0000 0101", "+86 199-0000-0101", "１９９００００\u3000０１０１", "8619900000101"]
)
async def test_a_number_may_be_typed_as_people_do(door: Doors, typed: str) -> None:
    await cast.mingxi()
    assert (await asked(door, typed)).status_code == 303
    assert await door.code(CHEN)


async def test_asking_again_too_soon_is_told_calmly(door: Doors) -> None:
    await asked(door)
    again = await asked(door)
    assert again.status_code == 422 and "秒后再试" in again.text and "/sign-in/code" in again.text


async def test_a_wrong_code_says_how_many_tries_are_left(door: Doors) -> None:
    await cast.mingxi()
    await asked(door)
    right = await door.code(CHEN)
    wrong = await door.client.post("/sign-in/code", data={"code": f"{(int(right) + 1) % 10**6:06d}"})
    assert wrong.status_code == 422 and "还可以再试 4 次" in wrong.text and "sid" not in wrong.cookies
    for typed in ("", "12345", "abcdef"):
        assert (await door.client.post("/sign-in/code", data={"code": typed})).status_code == 422
    assert (await door.client.post("/sign-in/code", data={"code": f" {right[:3]} {right[3:]}"})).status_code == 303


async def test_a_code_without_the_browser_that_asked_begins_anew(door: Doors) -> None:
    await cast.mingxi()
    await asked(door)
    code = await door.code(CHEN)
    async with browser(door.settings) as elsewhere:
        answer = await elsewhere.post("/sign-in/code", data={"code": code})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert (await elsewhere.get("/sign-in/code")).headers["location"] == "/sign-in"
        elsewhere.cookies.set("knock", "Zm9yZ2Vk" * 8)
        assert (await elsewhere.post("/sign-in/code", data={"code": code})).headers["location"] == "/sign-in"


async def test_a_session_that_was_planted_is_replaced(door: Doors) -> None:
    await cast.mingxi()
    door.client.cookies.set("sid", "attacker-chosen", domain="127.0.0.1", path="/")
    await asked(door)
    answer = await door.client.post("/sign-in/code", data={"code": await door.code(CHEN)})
    token = SimpleCookie(cookie(answer, "sid"))["sid"].value
    assert token != "attacker-chosen" and await principal_of(token)
    assert await principal_of("attacker-chosen") is None


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/settings", "/settings"),
        ("/bills?x=1", "/bills?x=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/%2f%2fevil.example", "/"),
        ("/sign-in", "/"),
        ("/desk", "/"),
    ],
)
async def test_one_goes_on_to_a_page_of_ours(door: Doors, wanted: str, goes: str) -> None:
    await cast.mingxi()
    assert (await door.client.get("/sign-in", params={"next": wanted})).status_code == 200
    await asked(door, next=wanted)
    answer = await door.client.post("/sign-in/code", data={"code": await door.code(CHEN)})
    assert answer.headers["location"] == goes


async def test_signing_out_ends_the_session_and_empties_the_browser(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as client:
        token = client.cookies["sid"]
        assert (await client.get("/sign-out")).status_code == 405
        answer = await client.post("/sign-out")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert "storage" in answer.headers["clear-site-data"]
        assert await principal_of(token) is None
        assert (await client.post("/sign-out")).status_code == 303


async def test_who_is_signed_in_passes_the_door(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as client:
        assert (await client.get("/sign-in?next=/settings")).headers["location"] == "/settings"


async def test_an_ended_session_is_sent_to_the_door_and_back(settings: Settings, admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as client:
        assert (await client.get("/settings")).status_code == 200
        await admin.execute("UPDATE web_session SET expires_at = now() - $1::interval", timedelta(seconds=1))
        answer = await client.get("/settings")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/settings")


async def test_another_site_cannot_ask_for_codes(door: Doors) -> None:
    answer = await door.client.post("/sign-in", data={"phone": CHEN}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and door.inbox() == 0


async def test_settings_are_kept_with_the_person_and_spoken_at_once(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as client:
        answer = await client.post("/settings", data={"language": "en", "large_text": "yes"})
        assert answer.status_code == 303
        page = await client.get("/settings")
        assert "Your settings are saved." in page.text and 'class="large-text"' in page.text
        found = await principal_of(client.cookies["sid"])
        assert found and found.language == "en" and found.large_text
        assert (await client.post("/settings", data={"language": "tlh"})).status_code == 422


async def test_one_signs_ones_other_browsers_out(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as phone, browser(settings, estate["陈静"]) as computer:
        other = await principal_of(computer.cookies["sid"])
        assert other
        page = await phone.get("/settings/sessions")
        assert page.status_code == 200 and f'data-session="{other.session}"' in page.text and "本机" in page.text
        assert (await phone.post(f"/settings/sessions/{other.session}/revocation")).status_code == 303
        assert (await computer.get("/settings")).status_code == 303
        assert (await phone.get("/settings")).status_code == 200


async def test_all_others_go_with_one_button(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as phone, browser(settings, estate["陈静"]) as computer:
        assert (await phone.post("/settings/sessions/revocation")).status_code == 303
        assert (await computer.get("/settings")).status_code == 303
        assert (await phone.get("/settings")).status_code == 200


async def test_a_neighbours_session_is_not_there(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as me, browser(settings, estate["李明"]) as neighbour:
        theirs = await principal_of(neighbour.cookies["sid"])
        assert theirs
        assert (await me.post(f"/settings/sessions/{theirs.session}/revocation")).status_code == 404
        assert str(theirs.session) not in (await me.get("/settings/sessions")).text
        assert (await neighbour.get("/settings")).status_code == 200


async def test_strangers_and_staff_find_no_settings(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings) as stranger, browser(settings, estate["冯丽"]) as staff:
        for path in ("/settings", "/settings/sessions"):
            assert (await stranger.get(path)).headers["location"] == f"/sign-in?next={path}"
            assert (await staff.get(path)).status_code == 403
