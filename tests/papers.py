"""Letters that arrive: the only way to a step, a grace and a time that restarts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from portal.arrears.cases.states import ContactOutcome
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.proving import record_delivery
from portal.collection.letters.states import LetterKind
from portal.people.persons.principal import Principal

PAY_AT = "https://portal.example/bills"


async def delivered(
    by: Principal,
    case: UUID,
    kind: LetterKind = LetterKind.demand,
    way: ContactOutcome = ContactOutcome.handed_over,
    **more: Any,
) -> UUID:
    """A letter of today that arrived; its id. Raises what issuing and proving raise."""
    letter = await issue_letter(by, case, kind, PAY_AT)
    await record_delivery(by, letter, way, **more)
    return letter
