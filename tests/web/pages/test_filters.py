"""Sums, days and numbers in both languages."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.kit.i18n import Sentence
from portal.kit.language import speak
from portal.kit.money import Money
from portal.kit.period import Month
from portal.kit.words import say
from portal.web.pages import filters


@pytest.fixture
def english() -> Iterator[None]:
    speak("en")
    yield
    speak("zh-CN")


def test_in_chinese() -> None:
    assert filters.money(Money(123450)) == "¥1,234.50"
    assert filters.money(Money(-5)) == "−¥0.05"
    assert filters.signed(Money(100)) == "+¥1.00"
    assert filters.day(date(2026, 11, 3)) == "2026年11月3日"
    assert filters.short_day(date(2026, 11, 3)) == "11月3日"
    assert filters.month(Month(2026, 11)) == "2026年11月"
    assert filters.moment(datetime(2026, 11, 3, 16, 5, tzinfo=UTC)) == "2026年11月4日 00:05"


@pytest.mark.usefixtures("english")
def test_in_english() -> None:
    assert filters.money(Money(123450)) == "¥1,234.50"
    assert filters.day(date(2026, 11, 3)) == "3 November 2026"
    assert filters.short_day(date(2026, 11, 3)) == "3 Nov"
    assert filters.month(Month(2026, 11)) == "November 2026"
    assert filters.moment(datetime(2026, 11, 3, 16, 5, tzinfo=UTC), "UTC") == "3 November 2026 16:05"


def test_numbers_and_phones() -> None:
    assert [filters.number(n) for n in (1234, Decimal("98.400"), Decimal("1200"), 0)] == ["1,234", "98.4", "1,200", "0"]
    assert filters.percent(Decimal("0.935")) == "93.5%"
    assert [filters.masked(p) for p in ("+8613800138000", "", None)] == ["138****8000", "****", "****"]


def test_a_telephone_number_can_be_tapped_and_nothing_else_becomes_a_link() -> None:
    for text, dialled in (
        ("400-812-3456", ["4008123456"]), ("0371 6610 0000 转 8801", ["037166100000"]),
        ("+86 13800138000", ["+8613800138000"]),
        ("物业 66100000，夜间 66100001（8:00-18:00）", ["66100000", "66100001"]), ("前台", []), ("", []), ("12", []),
    ):  # fmt: skip
        shown = filters.tel(text)
        assert re.findall(r'href="tel:([^"]+)"', shown) == dialled
        assert re.sub(r"<[^>]+>", "", shown) == text
    assert filters.tel("<b>66100000") == '&lt;b&gt;<a href="tel:66100000">66100000</a>'


def test_in_prose_a_telephone_number_can_be_tapped_among_sums_days_and_receipts() -> None:
    for text, dialled in (
        ("有疑问请致电 0571-88001234 或 400-812-3456。", ["057188001234", "4008123456"]),
        ("请拨 13800138000，或 +86 138 0013 8000", ["13800138000", "+8613800138000"]), ("拨打 12345 热线", ["12345"]),
        ("已收 ¥12,345.00（收据 000123456789），2026-11-20 10:00", []), ("账单 202611000123，共 12345.00 元", []),
        ("合同 2026/0571/88001234", []), ("已收 ¥13800138000.50", []),
    ):  # fmt: skip
        shown = filters.tels(text)
        assert re.findall(r'href="tel:([^"]+)"', shown) == dialled, text
        assert re.sub(r"<[^>]+>", "", shown) == text
    assert filters.tels("<b>") == "&lt;b&gt;"


def test_only_money_is_money() -> None:
    for wrong in (100, "1.00", Decimal(1)):
        with pytest.raises(TypeError):
            filters.money(wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="time zone"):
        filters.moment(datetime(2026, 11, 3))  # noqa: DTZ001


def test_facts_in_a_sentence_are_worded() -> None:
    assert say(Sentence("The amount must be at least %(least)s.", {"least": Money(5000)})) == "金额不能低于 ¥50.00。"
