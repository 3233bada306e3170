"""What no header and no old cookie gets past at the doors: sessions, limits, and where one is led (F-65, F-68)."""

import httpx
import pytest

from portal.people.persons.actions import end_session, start_session
from portal.platform.db.unit_of_work import EVERYWHERE, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from portal.signin.owners.rules import FAILURES_AN_ADDRESS
from tests import cast
from tests.client import HOST, ORIGIN, browser
from tests.signin.doors import PASSWORD

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
AWAY = (
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "/%2f/evil.example",
    "/\r\nX: y",
    "javascript:alert(1)",
)


def from_peer(client: httpx.AsyncClient, peer: str) -> httpx.AsyncClient:
    """The same application, reached from another address."""
    app = client._transport.app  # type: ignore[attr-defined]
    transport = httpx.ASGITransport(app=app, client=(peer, 1))
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=client.headers)


async def tried(client: httpx.AsyncClient, peer: str, head: list[tuple[str, str]]) -> None:
    """One wrong password for a login of its own."""
    login = f"nobody{head}{peer}"[:60]
    async with from_peer(client, peer) as far:
        await far.post("/desk/sign-in", data={"login": login, "password": PASSWORD}, headers=head)


async def counted(network: str) -> int:
    async with unit_of_work(EVERYWHERE):
        return await fetch_value(
            "SELECT coalesce(sum(count), 0)::int FROM rate_limit WHERE key = $1", f"fail:{network}"
        )


async def test_a_stranger_cannot_name_another_address_in_any_way(settings: Settings) -> None:
    async with browser(settings) as client:
        await tried(client, "9.9.9.9", [("X-Forwarded-For", "8.8.8.8")])
        await tried(client, "9.9.9.9", [("X-Forwarded-For", "127.0.0.1")])
        await tried(client, "9.9.9.9", [("Forwarded", "for=8.8.8.8"), ("X-Real-IP", "8.8.8.8")])
        await tried(client, "10.0.0.3", [("X-Forwarded-For", "8.8.8.8"), ("X-Forwarded-For", "9.9.9.9:4711")])
        assert (await counted("9.9.9.9"), await counted("8.8.8.8")) == (4, 0)
        assert FAILURES_AN_ADDRESS[0].most > 4


async def test_nobody_becomes_this_machine_by_a_header(settings: Settings) -> None:
    """This machine has no limit."""
    async with browser(settings) as client:
        await tried(client, "10.0.0.3", [("X-Forwarded-For", "127.0.0.1")])
        await tried(client, "127.0.0.1", [("X-Forwarded-For", "rubbish")])
        assert (await counted("10.0.0.3"), await counted("127.0.0.1")) == (1, 1)


@pytest.mark.parametrize("wanted", AWAY)
async def test_no_next_leads_away(settings: Settings, wanted: str) -> None:
    estate = await cast.mingxi()
    for who, door in ((estate["陈静"], "/sign-in"), (estate["沈平"], "/desk/sign-in")):
        async with browser(settings, who) as client:
            led = [await client.get(door, params={"next": wanted})]
            for address, fields in (("/language", {"language": "en"}), ("/text-size", {"size": "large"})):
                led.append(await client.post(address, data=fields | {"next": wanted}))
                file = await client.post(address, data=fields, files={"next": ("next", b"x")})
                assert (file.status_code, file.headers["location"]) == (303, "/")
            assert {answer.headers["location"] for answer in led} <= {"/", "/desk"}
    async with browser(settings) as client:
        for door in ("/sign-in", "/desk/sign-in"):
            assert f'value="{wanted}' not in (await client.get(door, params={"next": wanted})).text
            assert f'value="{wanted}' not in (await client.post(door, data={"next": wanted})).text


async def test_an_ended_token_opens_nothing_ever_again(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as client:
        token = client.cookies["sid"]
        assert (await client.get("/")).status_code == 200
        await client.post("/sign-out")
        client.cookies.set("sid", token, HOST)
        assert (await client.get("/")).headers["location"] == "/sign-in?next=/"
        await start_session(estate["陈静"].human, estate["陈静"].audience, "another")
        assert (await client.get("/bills")).status_code == 303
        await end_session(token)  # and ending it again hurts nobody
        assert (await client.post("/settings", data={"language": "en"})).status_code == 303
