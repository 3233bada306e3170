"""How sums, days and numbers look, for templates: in kit/display.py, so that notices look the same. Links live here."""

import re

from markupsafe import Markup, escape

from portal.kit.display import (
    currency,
    day,
    iso,
    masked,
    moment,
    money,
    month,
    number,
    percent,
    share,
    short_day,
    signed,
)

__all__ = [
    "currency",
    "day",
    "iso",
    "masked",
    "moment",
    "money",
    "month",
    "number",
    "percent",
    "share",
    "short_day",
    "signed",
    "tel",
    "tels",
]
_LINK = Markup('<a href="tel:{}">{}</a>')
# Mobile numbers, those with an area code, 400 and 800 numbers, and the public short ones.
_PHONE_IN_PROSE = re.compile(
    r"(?<![\d.,¥/-])(?:(?:\+86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}|(?:\+86[ -]?)?0[1-9]\d{1,2}[ -]?\d{4}[ -]?\d{3,4}"
    r"|[48]00[ -]?\d{3}[ -]?\d{4}|12(?:315|345|348|368))(?![\d/-]|[.,]\d)"
)
_PHONE = re.compile(r"(?<!\d)\+?\d(?:[ -]?\d){4,15}(?!\d)")


def tel(text: str) -> Markup:
    """The same text, in which each telephone number is a link that dials it."""
    return _linked(_PHONE, text)


def tels(text: str) -> Markup:
    """The same for prose, in which other numbers stand: sums, days and receipts are no telephone numbers."""
    return _linked(_PHONE_IN_PROSE, text)


def _linked(phone: re.Pattern[str], text: str) -> Markup:
    shown, at = Markup(), 0
    for one in phone.finditer(text):
        shown += escape(text[at : one.start()]) + _LINK.format(re.sub("[ -]", "", one[0]), one[0])
        at = one.end()
    return shown + escape(text[at:])
