"""Vendored files are the published ones; static answers are cached by their hash and set no cookie."""

import hashlib

import httpx
import pytest

from portal.web.pages.assets import STATIC, Assets

pytestmark = pytest.mark.anyio
PUBLISHED = {
    "htmx-4.0.1.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "pico-2.1.1.min.css": "fbc9a63fc9fc9f72d12fd7fc9806e11fa9f77ae4f9cad146b27003a1119ba3db",
}


def test_vendored_files_are_unmodified_and_carry_their_licence() -> None:
    sums = dict(reversed(line.split()) for line in (STATIC / "vendor/SHA256SUMS").read_text().splitlines())
    assert sums == PUBLISHED
    for name, digest in PUBLISHED.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest
        assert list((STATIC / "vendor").glob(name.rsplit(".min", 1)[0] + ".LICENSE*"))


def test_our_script_stays_small() -> None:
    assert len((STATIC / "portal.js").read_text().splitlines()) < 50


def test_the_sheet_joins_every_component_with_tokens_first_and_print_last() -> None:
    sheet = Assets().files["css/all.css"].body.decode()
    parts = [f.read_text() for f in (STATIC / "css").glob("*.css")]
    assert len(parts) > 5 and all(part in sheet for part in parts)
    assert sheet.startswith((STATIC / "css/tokens.css").read_text())
    assert sheet.endswith((STATIC / "css/print.css").read_text())


async def test_a_hashed_address_is_kept_for_ever_and_a_plain_one_is_asked_again(client: httpx.AsyncClient) -> None:
    address = Assets().address("portal.js")
    hashed, plain = await client.get(address), await client.get("/static/portal.js")
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == "no-cache"
    assert hashed.content == (STATIC / "portal.js").read_bytes()
    wrong = await client.get("/static/portal.js?v=0000")
    assert wrong.headers["cache-control"] == "no-cache"


async def test_who_has_it_gets_304(client: httpx.AsyncClient) -> None:
    first = await client.get("/static/css/all.css")
    again = await client.get("/static/css/all.css", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("coding", ["br", "gzip"])
async def test_text_is_compressed_once(client: httpx.AsyncClient, coding: str) -> None:
    packed = await client.get("/static/css/all.css", headers={"accept-encoding": coding})
    assert packed.headers["content-encoding"] == coding
    assert packed.text.startswith("/* Colours")


async def test_static_answers_set_no_cookie_and_ask_no_database(client: httpx.AsyncClient) -> None:
    client.cookies.set("sid", "down")
    for path in ("/static/portal.js", "/sw.js", "/favicon.ico"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert (await client.get("/sw.js")).headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path", ["../portal/platform/process/settings.py", "..%2fpyproject.toml", "css", "vendor/SHA256SUMS", "nope.js"]
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/static/{path}")).status_code == 404
