"""The sheet for one home: its case with the words that fit the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.arrears.case_file.queries import CasePage, case_on_desk
from portal.arrears.cases.reaching import refuse
from portal.arrears.cases.states import ContactChannel, NextStep
from portal.collection.outreach.rules import FITS
from portal.collection.outreach.words import BY_REASON, CLOSING, NAMELESS, OPENING, OPENING_ELSEWHERE
from portal.kit.errors import Missing
from portal.kit.i18n import Sentence
from portal.people.estates.companies import creditor_of
from portal.people.persons.principal import Principal
from portal.people.persons.states import DebtorStanding
from portal.platform.db.unit_of_work import reading


@dataclass(frozen=True)
class Sheet:
    """A case and what to say: first, by the reason, and last. `fits` is what helps most."""

    found: CasePage
    opening: Sequence[Sentence]
    by_reason: Sequence[Sentence]
    closing: Sequence[Sentence]
    fits: NextStep


@reading
async def sheet_of(by: Principal, case: UUID, way: ContactChannel = ContactChannel.call) -> Sheet:
    """The sheet of a live case for a call or a visit.

    Raises Missing, also for a closed one: nobody is to be called about it; Refused for the dead, and for a visit to a
    home that is no longer theirs.
    """
    found = await case_on_desk(by, case)
    if not found.case.live:
        raise Missing
    refuse(found.case.standing, way)
    creditor = await creditor_of(found.case.community)
    facts = {
        "who": by.name,
        "company": creditor.company,
        "estate": found.case.estate,
        "unit": f"{found.case.estate} {found.case.unit}",
        "people": "、".join(member.name for member in found.people if member.reachable),
        "sum": found.case.chaseable,
    }
    first = OPENING if found.case.standing is DebtorStanding.owner else OPENING_ELSEWHERE
    if not creditor.company:
        first = (NAMELESS, *first[1:])
    opening, reasoned, closing = (
        [Sentence(words, facts) for words in part] for part in (first, BY_REASON[found.log.reason], CLOSING)
    )
    return Sheet(found, opening, reasoned, closing, FITS[found.log.reason])
