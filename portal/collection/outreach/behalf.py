"""Speak for those who owe, when they ask for it on the phone or at the door: open a dispute, ask for instalments."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from portal.arrears.case_file.case_file import DebtRow
from portal.arrears.case_file.queries import CasePage
from portal.care.disputes.states import LIVE
from portal.kit.errors import Missing
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, reading


@reading
async def speaking_for(by: Principal, case: UUID) -> Principal:
    """The same member of staff, with the persons of the debtor of a case: what they do then, they do for them.

    The acts stay theirs in the audit (`actor`), and they cannot decide what they opened. Raises Missing for a case of
    an estate where they do not turn to people.
    """
    rows = await fetch(
        "SELECT k.community, m.person FROM arrears_case k JOIN debtor_member m ON m.debtor = k.debtor"
        " WHERE k.id = $1 AND k.community = ANY($2::int[]) AND k.state <> 'closed' ORDER BY m.person",
        case,
        list(by.where(May.contact_debtors)),
    )
    if not rows:
        raise Missing
    return replace(by, persons=tuple(row["person"] for row in rows), communities=(rows[0]["community"],))


def disputable(found: CasePage) -> list[DebtRow]:
    """The charges of a case that can be disputed now: something is free of holds, and no dispute is open about it."""
    disputed = {one.line for one in found.file.disputes if one.state in LIVE}
    return [d for d in found.file.debts if d.balance.outstanding > d.balance.held and d.line not in disputed]
