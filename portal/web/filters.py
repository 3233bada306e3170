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
]
_LINK = Markup('<a href="tel:{}">{}</a>')
_PHONE = re.compile(r"(?<!\d)\+?\d(?:[ -]?\d){4,15}(?!\d)")


def tel(text: str) -> Markup:
    """The same text, in which each telephone number is a link that dials it."""
    shown, at = Markup(), 0
    for one in _PHONE.finditer(text):
        shown += escape(text[at : one.start()]) + _LINK.format(re.sub("[ -]", "", one[0]), one[0])
        at = one.end()
    return shown + escape(text[at:])
