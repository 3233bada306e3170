"""What cannot be read gets the calm page for it, whichever way it is broken."""

from typing import Any

import httpx
import pytest

from tests.web.conftest import HOST
from tests.web.sample import sample_app

pytestmark = pytest.mark.anyio

PART = b'--limit\r\nContent-Disposition: form-data; name="text"%s\r\n\r\n%s\r\n--limit--\r\n'


@pytest.mark.parametrize("address", ["/sample?q=a%00b", "/sample?a%00b=q", "/raise/miss%00ing"])
async def test_a_nul_in_the_address_is_not_for_the_database(client: httpx.AsyncClient, address: str) -> None:
    assert (await client.get(address)).status_code == 400


@pytest.mark.parametrize("host", ["x:y:z", "a:99999"])
async def test_a_host_that_is_none_is_refused_and_an_unknown_page_stays_unknown(
    client: httpx.AsyncClient, host: str
) -> None:
    assert (await client.get("/sample", headers={"host": host})).status_code == 400
    assert (await client.get("/no/such/page", headers={"host": host})).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "a@evil.example", ""])
async def test_who_comes_by_another_name_is_refused_and_probes_are_not(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/sample", headers={"host": host})).status_code == 400
    assert (await client.post("/hook", headers={"host": host}, content=b"{}")).status_code == 201


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9", "localhost:8000", "LOCALHOST", "[::1]:8000"])
async def test_this_machine_is_called_many_names(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/sample", headers={"host": host})).status_code == 200


async def test_two_hosts_are_one_too_many(client: httpx.AsyncClient) -> None:
    head = [("host", "127.0.0.1:8000"), ("host", "evil.example")]
    assert (await client.get("/sample", headers=head)).status_code == 400


@pytest.mark.parametrize(
    ("charset", "value"),
    [
        (b"", b"\xff\xfe"),
        (b"", b"\xed\xa0\x80"),
        (b"nonsense", b"x"),
        (b"hex", b"00"),
        (b"utf-16", b"x"),
        (b"unicode_escape", rb"\ud800"),
    ],
)
async def test_a_form_that_is_not_unicode_is_refused(client: httpx.AsyncClient, charset: bytes, value: bytes) -> None:
    kind = b"\r\nContent-Type: text/plain; charset=" + charset if charset else b""
    answer = await client.post(
        "/sample", content=PART % (kind, value), headers={"content-type": "multipart/form-data; boundary=limit"}
    )
    assert answer.status_code == 400
    assert 'data-status="400"' in answer.text


@pytest.mark.parametrize("name", ["referer", "hx-current-url"])
async def test_a_broken_address_to_return_to_is_none(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get("/raise/refused", headers={name: "http://["})).status_code == 409
    posted = await client.post("/note", data={"text": "x"}, headers={name: "http://["})
    assert (posted.status_code, posted.headers["location"]) == (303, "/sign-in?next=/note")


async def test_a_broken_way_back_from_our_own_page_is_no_fault(client: httpx.AsyncClient) -> None:
    answer = await client.get("/raise/missing", headers={"referer": f"{HOST}/\\evil"})
    assert (answer.status_code, "evil" in answer.text) == (404, False)


async def test_a_browser_that_leaves_while_sending_is_no_fault_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    heard = iter([{"type": "http.request", "body": b"text=", "more_body": True}, {"type": "http.disconnect"}])
    told: list[Any] = []

    async def receive() -> Any:
        return next(heard)

    async def send(message: Any) -> None:
        told.append(message)

    head = {"host": "127.0.0.1:8000", "origin": HOST, "content-type": "application/x-www-form-urlencoded"}
    scope = {
        "type": "http", "method": "POST", "path": "/sample", "raw_path": b"/sample", "query_string": b"",
        "scheme": "http", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in head.items()],
    }  # fmt: skip
    await sample_app()(scope, receive, send)  # type: ignore[arg-type]
    assert told[0]["status"] == 400
    assert not caplog.records
