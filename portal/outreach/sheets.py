"""The sheet for one home: its case with the words that fit the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.arrears.queries import CasePage, case_on_desk
from portal.arrears.states import NextStep
from portal.db import reading
from portal.kit.errors import Missing
from portal.kit.i18n import Sentence
from portal.outreach.rules import FITS
from portal.outreach.words import BY_REASON, CLOSING, OPENING
from portal.people.principal import Principal


@dataclass(frozen=True)
class Sheet:
    """A case and what to say: first, by the reason, and last. `fits` is what helps most."""

    found: CasePage
    opening: Sequence[Sentence]
    by_reason: Sequence[Sentence]
    closing: Sequence[Sentence]
    fits: NextStep


@reading
async def sheet_of(by: Principal, case: UUID) -> Sheet:
    """The sheet of a live case. Raises Missing, also for a closed one: nobody is to be called about it."""
    found = await case_on_desk(by, case)
    if not found.case.live:
        raise Missing
    facts = {
        "who": by.name,
        "estate": found.case.estate,
        "unit": f"{found.case.estate} {found.case.unit}",
        "sum": found.case.chaseable,
    }
    opening, reasoned, closing = (
        [Sentence(words, facts) for words in part] for part in (OPENING, BY_REASON[found.log.reason], CLOSING)
    )
    return Sheet(found, opening, reasoned, closing, FITS[found.log.reason])
