"""Read an estate's chain of audit rows again and say where it does not hold."""

from __future__ import annotations

from dataclasses import dataclass

from portal.platform.audit.sealing import FIRST, body_of, link
from portal.platform.db.unit_of_work import fetch

PAGE = 2000


@dataclass(frozen=True)
class Break:
    """The first place of a chain that does not hold, and what is wrong with it."""

    sequence: int
    what: str


async def broken_chain(community: int) -> Break | None:
    """Where a community's chain does not re-compute, in the running unit of work.

    A row added later and not sealed yet is no break; whether sealing keeps up is /readyz's to say.
    """
    previous, number = FIRST, 0
    while rows := await fetch(
        "SELECT e.*, s.sequence, s.hash, s.entry FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry"
        " WHERE s.community = $1 AND s.sequence > $2 ORDER BY s.sequence LIMIT $3",
        community,
        number,
        PAGE,
    ):
        for row in rows:
            number += 1
            if row["sequence"] != number:
                return Break(number, "a seal is missing")
            if row["id"] is None:
                return Break(number, "the sealed row is gone")
            if link(previous, body_of(row)) != row["hash"]:
                return Break(number, "the row is not what was sealed")
            previous = row["hash"]
    return None
