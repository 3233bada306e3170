"""Anybody who holds a receipt can ask whether it is real, and learns nothing that it does not say."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from portal.kit.display import masked_home
from portal.money.payments.actions import post_payment
from portal.money.payments.check_code import as_check_code, grouped, new_check_code
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests.client import browser
from tests.money.payments.test_actions import home, incoming

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


@pytest.fixture
async def web(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody who is not signed in."""
    async with browser(settings) as client:
        yield client


async def paid() -> str:
    """The code of a receipt of 陈静's, for 100.00 and 1栋101."""
    estate, _bill, lines = await home(10000)
    money = await incoming(estate, lines, 10000)
    async with unit_of_work(estate.community):
        await post_payment(money, actor="test")
        return await fetch_value("SELECT check_code FROM payment WHERE id = $1", money.id)


async def test_a_stranger_sees_sum_and_estate_but_no_name_and_no_home(web: httpx.AsyncClient) -> None:
    answer = await web.get(f"/r/{await paid()}")
    assert answer.status_code == 200
    assert ('data-receipt="1"' in answer.text, 'data-fen="10000"' in answer.text) == (True, True)
    assert "1栋1**" in answer.text
    assert "1栋101" not in answer.text
    assert "陈静" not in answer.text
    assert "陈" not in answer.text


@pytest.mark.parametrize("typed", ["{0} {1} {2} {3}", "{0}-{1}-{2}-{3}", " {0}{1}{2}{3} "])
async def test_the_code_is_found_in_any_spelling(web: httpx.AsyncClient, typed: str) -> None:
    code = await paid()
    answer = await web.get("/r/", params={"code": typed.format(*grouped(code).split())})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/r/{code}")


@pytest.mark.parametrize("typed", ["", "123", "12345678901234567", "一二三四五六七八九十一二三四五六"])
async def test_what_is_no_code_is_asked_for_again(web: httpx.AsyncClient, typed: str) -> None:
    answer = await web.get("/r/", params={"code": typed})
    assert answer.status_code == 422
    assert "16" in answer.text
    assert typed in answer.text


@pytest.mark.parametrize("code", ["0000000000000000", "x", "7"])
async def test_a_code_of_no_receipt_is_404_with_what_to_do(web: httpx.AsyncClient, code: str) -> None:
    await paid()
    answer = await web.get(f"/r/{code}")
    assert answer.status_code == 404
    assert 'href="/r"' in answer.text or 'href="/r/"' in answer.text


def test_codes_differ_and_are_read_as_they_are_written() -> None:
    codes = {new_check_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(as_check_code(grouped(code)) == code for code in codes)
    assert as_check_code("１２３４ 5678 9012 3456") == "1234567890123456"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("3栋302", "3栋3**"), ("1-5", "1-*"), ("B座12", "B座**"), ("5号", "*号"), ("商铺甲", "商铺*")],
)
def test_a_home_is_masked_where_it_says_which_door(name: str, shown: str) -> None:
    assert masked_home(name) == shown
