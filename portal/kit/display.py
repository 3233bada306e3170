"""How sums, days, numbers and list pages look, in both languages."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from portal.kit.language import CHINESE, language
from portal.kit.money import Money
from portal.kit.period import Month

SHANGHAI = "Asia/Shanghai"
MINUS = "\N{MINUS SIGN}"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December")  # fmt: skip


def money(sum_: Money) -> str:
    """¥1,234.50; a minus goes before the sign. Raises TypeError for anything but Money."""
    if not isinstance(sum_, Money):
        raise TypeError(f"money takes Money, not {type(sum_).__name__}")
    return f"{MINUS if sum_.fen < 0 else ''}¥{abs(sum_.yuan):,.2f}"


def signed(sum_: Money) -> str:
    """A difference: always with plus or minus; zero has neither."""
    return ("+" if sum_.fen > 0 else "") + money(sum_)


def day(value: date) -> str:
    """2026年11月3日, in English 3 November 2026."""
    if language() == CHINESE:
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def short_day(value: date) -> str:
    """11月3日, in English 3 Nov: where the year is clear."""
    if language() == CHINESE:
        return f"{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1][:3]}"


def month(value: Month | date) -> str:
    """2026年11月, in English November 2026."""
    if language() == CHINESE:
        return f"{value.year}年{value.month}月"
    return f"{_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime, zone: str = SHANGHAI) -> str:
    """2026年11月3日 14:05 in the community's zone. Raises ValueError without a zone of its own."""
    if value.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local)} {local:%H:%M}"


def number(value: int | Decimal) -> str:
    """1,234.5: thousands separated, no trailing zeros after the point."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Decimal, places: int = 1) -> str:
    """A ratio as 93.5%: for 0.935, with one decimal by default."""
    return f"{value * 100:.{places}f}%"


def share(value: Decimal) -> str:
    """A ratio that is a term of a contract, with all its digits: 0.725 as 72.5%, 0.70 as 70%."""
    whole, _dot, rest = f"{value * 100:f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}%" if rest else f"{whole}%"


def masked(phone: str | None) -> str:
    """138****8000: enough to recognise one's own number, no more."""
    digits = (phone or "").removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else "****"


def masked_home(name: str) -> str:
    """3栋3** for 3栋302: who knows the home knows it again, nobody else learns it. Without digits, the last letter."""
    hidden, found = re.subn(r"\d{1,2}(?=\D*$)", lambda digits: "*" * len(digits[0]), name)
    return hidden if found else f"{name[:-1]}*"


def iso(value: date | datetime | Month) -> str:
    """For `datetime` attributes and data attributes."""
    return str(value) if isinstance(value, Month) else value.isoformat()


def pages(count: int, each: int) -> int:
    """The number of pages for so many things; at least one, because an empty list is a page too."""
    return -(-count // each) or 1


def offset(page: int, each: int) -> int:
    """The number of things before a page; a page number below one is the first page."""
    return (max(page, 1) - 1) * each
