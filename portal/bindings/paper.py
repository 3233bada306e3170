"""The letter with a code that lets somebody in whose number is no longer registered, as a PDF for their home."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from portal.db import Scope, fetch_value, reading
from portal.kit.paper import typeset, written_day
from portal.kit.qr import svg_qr
from portal.signin.letter_code import AccessLetter


@reading
async def home_of(scope: Scope, person: UUID) -> str:
    """The name of the home that a person came to last; empty when they have none."""
    found: str | None = await fetch_value(
        "SELECT u.name FROM occupancy o JOIN unit u ON u.id = o.unit WHERE o.person = $1"
        " ORDER BY o.starts_on DESC NULLS LAST, u.sort_key LIMIT 1",
        person,
    )
    return found or ""


async def access_pdf(letter: AccessLetter, home: str, address: str) -> bytes:
    """The bytes of the PDF; `home` is where it goes, `address` where its code is entered."""
    zone = ZoneInfo(letter.zone)
    data = {
        "code": letter.code,
        "name": letter.name,
        "unit": home,
        "estate": letter.estate,
        "company": letter.company,
        "hotline": letter.hotline,
        "address": address,
        "qr": svg_qr(address),
        "made": written_day(letter.made_at.astimezone(zone)),
        "ends": written_day(letter.ends_at.astimezone(zone)),
    }
    return await typeset("access.typ", data, letter.made_at)
