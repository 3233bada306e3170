"""One cell of an import file: its text becomes a value, or an error that says how to write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from typing import Any
from zoneinfo import available_timezones

from portal.fees.tariffs.rules import DueRule
from portal.kit.i18n import N_, Sentence
from portal.kit.period import Month
from portal.people.estates.creditor import as_account_no, as_credit_code

Parse = Callable[[str], Any]

TOO_LONG = N_("This is too long. Use at most %(most)s characters.")
UNREADABLE = N_("This cell contains an unreadable character. Type it again.")
FORMULA = N_("This looks like a spreadsheet formula. Write plain text.")
NOT_OF = N_("“%(text)s” is not recognised. Use one of: %(words)s.")
NOT_A_DAY = N_("“%(text)s” is not a date. Write it like 2026-11-30.")
NOT_A_MONTH = N_("“%(text)s” is not a month. Write it like 2026-11.")
NOT_A_NUMBER = N_("“%(text)s” is not a number. Use digits and a decimal point, like 89.37.")
TOO_FINE = N_("“%(text)s” has too many decimals. Use at most %(places)s.")
TOO_SMALL = N_("“%(text)s” is too small. It must be at least %(least)s.")
TOO_BIG = N_("“%(text)s” is too large. It must be at most %(most)s.")
NOT_WHOLE = N_("“%(text)s” is not a whole number. Write it like 3.")
NOT_A_PHONE = N_("“%(text)s” is not a phone number. Use 11 digits, or + with the country code.")
NOT_AN_EMAIL = N_("“%(text)s” is not an e-mail address. Write it like name@example.com.")
NOT_A_CODE = N_("“%(text)s” is not a code. Use letters, digits, - and _, at most 64.")
NOT_A_CREDIT_CODE = N_(
    "“%(text)s” is not a credit code. It has 18 letters and digits and is shown on the business licence."
)
NOT_AN_ACCOUNT = N_("“%(text)s” is not an account number. Write its 8 to 32 digits in a text cell.")
NOT_A_LOGIN = N_("“%(text)s” is not a login. Use at most 64 characters without spaces.")
NOT_A_ZONE = N_("“%(text)s” is not a time zone. Write it like Asia/Shanghai.")
NOT_A_CURRENCY = N_("“%(text)s” is not supported. Only CNY is possible.")
NOT_A_DUE_RULE = N_("“%(text)s” is not a due rule. Write day:15, day:15+1 or days:30.")
NOT_A_SCOPE = N_("“%(text)s” is not a scope. Write community, or building: and the building's name.")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"-?\d+(?:\.(\d+))?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]+")
# Nobody types these: they cannot be seen, turn the text around them over, or are no characters at all.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffd-\uffff]"
)
_FORMULA = re.compile(r"[=@＝＠]|[+＋－-].*[A-Za-z(!|+*=]", re.DOTALL)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"0[1-9]\d{8,10}", re.ASCII)
_ABROAD = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
# 四保一服: the words for the areas in the standards of places and companies.
AREAS = {
    "秩序": "security", "秩序维护": "security", "安保": "security", "保安": "security", "公共秩序": "security",
    "保洁": "cleaning", "清洁": "cleaning", "环境卫生": "cleaning", "绿化": "greening", "绿化养护": "greening",
    "维修": "maintenance", "工程维修": "maintenance", "设施设备": "maintenance", "其他": "other",
}  # fmt: skip
LEAST_YEAR, MOST_YEAR = 1900, 2199
MOST_YUAN = Decimal(10**11)


class BadCell(ValueError):
    """The cell cannot be used; `sentence` says how to write it."""

    def __init__(self, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = Sentence(sentence, facts)


def text(most: int = 200, *, lines: bool = False) -> Parse:
    """Text of at most `most` characters; line breaks only with `lines`. Refuses formulas and unreadable characters."""

    def parse(typed: str) -> str:
        if _CONTROL.search(typed.replace("\r\n", "").replace("\n", "") if lines else typed):
            raise BadCell(UNREADABLE)
        if _FORMULA.match(typed):
            raise BadCell(FORMULA)
        if len(typed) > most:
            raise BadCell(TOO_LONG, most=most)
        return typed

    return parse


@dataclass(frozen=True)
class Choice:
    """One of these values of an enum; `also` are other spellings and what they mean."""

    words: tuple[StrEnum, ...]
    also: Mapping[str, str]

    def __call__(self, typed: str) -> str:
        """The value that was meant. Raises BadCell."""
        get = self.also.get(typed, typed)
        if get not in self.allowed:
            raise BadCell(NOT_OF, text=typed[:60], words=", ".join([*self.words, *self.also]))
        return str(get)

    @cached_property
    def allowed(self) -> frozenset[str]:
        """What it may come to."""
        return frozenset((*self.words, *self.also.values()))


def choice(words: Iterable[StrEnum], **also: str) -> Choice:
    """One of these values of an enum, or of all; `also` are other spellings."""
    return Choice(tuple(words), also)


def yes_or_no(typed: str) -> bool:
    """Yes or no, also 是 or 否."""
    get = {"yes": True, "是": True, "no": False, "否": False}.get(typed.lower())
    if get is None:
        raise BadCell(NOT_OF, text=typed[:60], words="yes, no, 是, 否")
    return get


def area(typed: str) -> str:
    """An area of service by its code, or by the word that estates use for it; any other text stays as it is."""
    return AREAS.get(typed) or text()(typed)


@dataclass(frozen=True)
class Several:
    """Values of an enum separated by `;`, sorted, each once."""

    one: Choice

    def __call__(self, typed: str) -> tuple[str, ...]:
        """All of them. Raises BadCell."""
        return tuple(sorted({self.one(part.strip()) for part in typed.split(";") if part.strip()}))


def several(words: type[StrEnum]) -> Several:
    """Values of an enum separated by `;`, sorted, each once."""
    return Several(choice(words))


def day(typed: str) -> date:
    """An ISO date between 1900 and 2199."""
    try:
        result = date.fromisoformat(typed) if _DAY.fullmatch(typed) else None
    except ValueError:
        result = None
    if result is None or not LEAST_YEAR <= result.year <= MOST_YEAR:
        raise BadCell(NOT_A_DAY, text=typed[:60])
    return result


def month(typed: str) -> str:
    """A month like 2026-11, between 1900 and 2199."""
    try:
        value = Month.parse(typed)
    except ValueError:
        value = None
    if value is None or not LEAST_YEAR <= value.year <= MOST_YEAR:
        raise BadCell(NOT_A_MONTH, text=typed[:60])
    return str(value)


def number(places: int, *, least: Decimal | None = Decimal(0), most: Decimal = MOST_YUAN) -> Parse:
    """A decimal with at most `places` decimals in plain digits: no exponent, no separators, no NaN."""

    def parse(typed: str) -> Decimal:
        match = _NUMBER.fullmatch(typed)
        if not match or len(typed) > 40:
            raise BadCell(NOT_A_NUMBER, text=typed[:60])
        if len(match[1] or "") > places:
            raise BadCell(TOO_FINE, text=typed[:60], places=places)
        value = Decimal(typed)
        if least is not None and value < least:
            raise BadCell(TOO_SMALL, text=typed[:60], least=least)
        if abs(value) > most:
            raise BadCell(TOO_BIG, text=typed[:60], most=most)
        return value

    return parse


def yuan(*, least: Decimal | None = Decimal(0)) -> Parse:
    """A sum in yuan with at most 2 decimals, as whole fen."""
    plain = number(2, least=least)
    return lambda typed: int(plain(typed).scaleb(2))


def whole(least: int, most: int) -> Parse:
    """A whole number."""

    def parse(typed: str) -> int:
        if not _WHOLE.fullmatch(typed):
            raise BadCell(NOT_WHOLE, text=typed[:60])
        if int(typed) < least:
            raise BadCell(TOO_SMALL, text=typed, least=least)
        if int(typed) > most:
            raise BadCell(TOO_BIG, text=typed, most=most)
        return int(typed)

    return parse


def phone(typed: str) -> str:
    """A number in E.164; without a country code it is a Chinese mobile or landline number."""
    digits = re.sub(r"[\s().\-\u2010-\u2015]", "", typed)
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    home = digits.removeprefix("+86") if digits.startswith("+86") else digits
    if not digits.startswith("+") and len(home) == 13:
        home = home.removeprefix("86")
    if _MOBILE.fullmatch(home):
        return f"+86{home}"
    if _LANDLINE.fullmatch(home) or (digits.startswith("+86") and _LANDLINE.fullmatch("0" + home)):
        return f"+86{home.removeprefix('0')}"
    if _ABROAD.fullmatch(digits) and not digits.startswith("+86"):
        return digits
    raise BadCell(NOT_A_PHONE, text=typed[:60])


def email(typed: str) -> str:
    """An e-mail address as typed."""
    if not _EMAIL.fullmatch(typed) or len(typed) > 254 or _CONTROL.search(typed):
        raise BadCell(NOT_AN_EMAIL, text=typed[:60])
    return typed


def code(typed: str) -> str:
    """A code that can stand in an address."""
    if not _CODE.fullmatch(typed):
        raise BadCell(NOT_A_CODE, text=typed[:60])
    return typed


def credit_code(typed: str) -> str:
    """The unified social credit code of a company, in capitals."""
    result = as_credit_code(typed)
    if result is None:
        raise BadCell(NOT_A_CREDIT_CODE, text=typed[:60])
    return result


def account_no(typed: str) -> str:
    """The number of a bank account, without the blanks and dashes between its digits."""
    result = as_account_no(typed)
    if result is None:
        raise BadCell(NOT_AN_ACCOUNT, text=typed[:60])
    return result


def login(typed: str) -> str:
    """A name to sign in with, in small letters: capitals are the same when somebody signs in."""
    if len(typed) > 64 or any(c.isspace() or _CONTROL.match(c) for c in typed):
        raise BadCell(NOT_A_LOGIN, text=typed[:60])
    return typed.lower()


# Read once: it goes through a file or hundreds of folders.
zones = cache(available_timezones)


def zone(typed: str) -> str:
    """An IANA time zone."""
    if typed not in zones():
        raise BadCell(NOT_A_ZONE, text=typed[:60])
    return typed


def currency(typed: str) -> str:
    """CNY: a community's books are in one currency, and every rule of the law here is in yuan."""
    if typed != "CNY":
        raise BadCell(NOT_A_CURRENCY, text=typed[:60])
    return typed


def due_rule(typed: str) -> str:
    """day:15, day:15+1 or days:30."""
    try:
        DueRule.parse(typed)
    except ValueError:
        raise BadCell(NOT_A_DUE_RULE, text=typed[:60]) from None
    return typed


def scope(typed: str) -> str:
    """`community` or `building:1`; whether the building is there is checked with the units."""
    kind, _, name = typed.partition(":")
    if typed != "community" and (kind != "building" or not name.strip()):
        raise BadCell(NOT_A_SCOPE, text=typed[:60])
    return typed if typed == "community" else f"building:{name.strip()}"
