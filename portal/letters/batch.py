"""Issue the notices of a whole building, home by home, each in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass

from portal.kit.errors import Refused
from portal.letters.issuing import issue_letter
from portal.letters.queries import waiting_in
from portal.letters.states import LetterKind
from portal.people.principal import Principal


@dataclass(frozen=True)
class Done:
    """How many were issued, and how many homes a gate kept from it."""

    issued: int
    refused: int


async def issue_notices(by: Principal, code: str, building: str, pay_at: str) -> Done:
    """A notice to each home of a building that waits for one, at most 200. Asked twice, nobody gets two.

    Raises Missing for another estate, Forbidden without the role.
    """
    cases = await waiting_in(by, code, building)
    issued = 0
    for case in cases:
        try:
            await issue_letter(by, case.id, LetterKind.notice, pay_at)
        except Refused:
            continue
        issued += 1
    return Done(issued, len(cases) - issued)
