"""The letter with a code, as a PDF, for someone whose registered number no longer works."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from portal.kit import clock
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_
from portal.platform.db.unit_of_work import Scope, fetch_one, reading
from portal.platform.documents.paper import svg_qr, typeset, written_day
from portal.signin.letter_codes.actions import AccessLetter

HAS_DIED = N_("This person has died. No letter can be sent in their name; an heir signs in with their own number.")
NO_ADDRESS = N_(
    "They no longer have a home here, and no other address is on file. Change the number at the service centre."
)


@reading
async def home_of(scope: Scope, person: UUID) -> str:
    """The address for a letter to a person: their own if one is recorded, otherwise the home they live in or own today.

    Raises Refused for somebody who has died or has no known address: a code never goes to a home that now belongs to
    somebody else.
    """
    row = await fetch_one(
        "SELECT s.standing, s.address, (SELECT u.name FROM occupancy o JOIN unit u ON u.id = o.unit"
        "   WHERE o.person = p.id AND o.revoked_at IS NULL"
        "   AND coalesce(o.starts_on, '-infinity') <= ($2 AT TIME ZONE c.timezone)::date"
        "   AND coalesce(o.ends_on, 'infinity') >= ($2 AT TIME ZONE c.timezone)::date"
        "   ORDER BY o.starts_on DESC NULLS LAST, u.sort_key LIMIT 1) AS home"
        " FROM person p JOIN community c ON c.id = p.community LEFT JOIN person_now s ON s.person = p.id"
        " WHERE p.id = $1",
        person,
        clock.now(),
    )
    if row is None:
        raise Missing
    if row["standing"] in ("deceased", "heir"):
        raise Refused(HAS_DIED)
    if not (result := row["address"] or row["home"]):
        raise Refused(NO_ADDRESS)
    return str(result)


async def access_pdf(letter: AccessLetter, home: str, address: str) -> bytes:
    """The letter as PDF; `home` is where it goes, `address` the page on which its code is entered."""
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
