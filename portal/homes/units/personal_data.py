"""Whether a public text contains a phone number, an e-mail address, a home or a resident's name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.kit.errors import Invalid
from portal.kit.i18n import N_
from portal.platform.db.unit_of_work import fetch

PERSONAL = N_("Anyone can read this. Remove phone numbers, e-mail addresses, homes and people's names.")

# 11 digits of a mobile number, however they are spaced; a landline with its area code; an address for mail.
_NUMBER = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?1[3-9](?:[\s.·-]?\d){9}(?!\d)|(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_OF_THE_ROLL = """
SELECT t.n::int AS place FROM unnest($2::text[]) WITH ORDINALITY AS t(words, n)
WHERE EXISTS (SELECT FROM unit WHERE community = $1 AND length(name) > 3 AND position(name IN t.words) > 0)
 OR EXISTS (SELECT FROM person WHERE community = $1 AND length(name) > 1 AND position(name IN t.words) > 0)
"""


async def naming(community: int, texts: Sequence[str]) -> set[int]:
    """The positions, from 0, of the texts that name a person or a home; in the caller's transaction."""
    plain = [text.translate(_WIDE) for text in texts]
    result = {place for place, text in enumerate(plain) if _NUMBER.search(text) or _MAIL.search(text)}
    return result | {row["place"] - 1 for row in await fetch(_OF_THE_ROLL, community, plain)}


async def no_personal_data(community: int, **words: str) -> None:
    """Raises Invalid for the first of these public fields that names one; in the caller's unit of work."""
    if naming_view := await naming(community, list(words.values())):
        raise Invalid(list(words)[min(naming_view)], PERSONAL)
