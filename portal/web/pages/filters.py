"""Template filters for sums, days, numbers, states and links."""

from __future__ import annotations

import re
from enum import Enum

from markupsafe import Markup, escape

from portal.kit.display import (
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
    "day",
    "dialled",
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


def dialled(text: str) -> str:
    """The first telephone number in a text, as a link dials it; empty where there is none."""
    number = _PHONE.search(text)
    return re.sub("[ -]", "", number[0]) if number else ""


def tels(text: str) -> Markup:
    """The same for prose, in which other numbers stand: sums, days and receipts are no telephone numbers."""
    return _linked(_PHONE_IN_PROSE, text)


def _linked(phone: re.Pattern[str], text: str) -> Markup:
    shown, at = Markup(), 0
    for one in phone.finditer(text):
        shown += escape(text[at : one.start()]) + _LINK.format(re.sub("[ -]", "", one[0]), one[0])
        at = one.end()
    return shown + escape(text[at:])


GOOD, WAIT, BAD, CALM, INFO = "good", "wait", "bad", "calm", "info"

# By value, since the same word means the same thing in every slice.
TONES = {
    GOOD: "clear paid posted accepted completed active published approved upheld kept delivered done answered settled"
    " imported confirmed effective agreed",
    WAIT: "pending unknown part_paid asked routed awaiting_approval requested countered paused held under_review"
    " part_refunded partly draft preparing prepared filed creating running checking checked importing",
    BAD: "overdue failed broken rejected faulty unserved",
    CALM: "replaced expired refunded withdrawn closed superseded refused void cancelled voided dismissed suppressed",
    INFO: "issued open reopened decided judged",
}
_TONE = {state: tone for tone, states in TONES.items() for state in states.split()}


def tone_of(state: Enum | str) -> str:
    """good, wait, bad, calm or info; info for a state that nobody gave a tone."""
    return _TONE.get(str(state.value if isinstance(state, Enum) else state), INFO)
