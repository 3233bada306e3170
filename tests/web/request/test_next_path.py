"""After signing in nobody is led elsewhere."""

import pytest
from litestar.datastructures import UploadFile

from portal.web.request.session import own_path, safe_next

OURS = [
    "/",
    "/bills",
    "/bills/1?line=2&x=%E4%B8%80",
    "/disputes/new?line=7",
    "/e/qinghe/prices",
    "/desk/search?q=1%20101",
]
HOSTS = ["evil.example", "evil.example/", "evil.example/bills", "user@evil.example", "evil.example:80", "[::1]"]
SHAPES = ["//{}", "///{}", "\\{}", "/\\{}", "\\\\{}", "https:{}", "https://{}", "HTTP://{}", "{}"]
ODD = [
    "",
    " ",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "\r\n/evil",
    "/x\r\nSet-Cookie: a=b",
    "/%0d%0aSet-Cookie:a=b",
    "/%2f/evil.example",
    "/%2F%2Fevil.example",
    "/%5cevil.example",
    "/%5C%5Cevil.example",
    "/%252f%252fevil.example",
    "/%255cevil.example",
    "/a//evil.example",
    "/../..//evil",
    "/..%2f..%2fx",
    "/.%2e/x",
    "/\x00",
    "/%00",
    "/一",
    "mailto:a@b",
    "?x=1",
    "#x",
    "bills",
    "./bills",
    "../bills",
    "/" + "a" * 1001,
    "/%09/evil.example",
    "https:evil.example",
]
PAYLOADS = [shape.format(host) for shape in SHAPES for host in HOSTS] + ODD


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) >= 60


@pytest.mark.parametrize("wanted", PAYLOADS)
def test_a_path_that_leads_away_is_not_taken(wanted: str) -> None:
    assert safe_next(wanted) == "/"


@pytest.mark.parametrize("wanted", OURS)
def test_our_own_paths_are_kept(wanted: str) -> None:
    assert safe_next(wanted, "/elsewhere") == wanted


def test_nothing_wanted_is_home_or_what_the_caller_says() -> None:
    assert (safe_next(None), safe_next(None, "/desk")) == ("/", "/desk")


def test_an_absolute_address_counts_only_on_our_origin() -> None:
    base = "https://portal.example"
    assert own_path(f"{base}/bills?x=1", base) == "/bills?x=1"
    for other in (
        None,
        "",
        "https://evil.example/bills",
        "http://portal.example/x",
        f"{base}.evil.example/x",
        f"{base}//x",
        "http://[",
        "http://℀.example/",
    ):
        assert own_path(other, base) is None


def test_a_file_where_an_address_belongs_leads_home() -> None:
    assert safe_next(UploadFile("text/plain", "next")) == "/"
