"""The letter with a code that lets somebody in whose number is no longer registered, as a PDF."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from portal.kit.paper import typeset
from portal.kit.qr import svg_qr
from portal.signin.letter_code import AccessLetter


async def access_pdf(letter: AccessLetter, address: str) -> bytes:
    """The bytes of the PDF; `address` is where the code is entered."""
    zone = ZoneInfo(letter.zone)
    data = {
        "code": letter.code,
        "name": letter.name,
        "unit": letter.unit,
        "estate": letter.estate,
        "hotline": letter.hotline,
        "address": address,
        "qr": svg_qr(address),
        "made": _day(letter.made_at.astimezone(zone)),
        "ends": _day(letter.ends_at.astimezone(zone)),
    }
    return await typeset("access.typ", data, letter.made_at)


def _day(moment: object) -> str:
    return f"{moment:%Y}年{moment:%-m}月{moment:%-d}日"
