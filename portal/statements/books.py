"""What the books say of service fees: the figure that a drafted statement must equal to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.db import fetch
from portal.kit.money import Money, total
from portal.statements.rules import Line
from portal.statements.states import Basis

# What fell due is booked against `charged`, what was paid takes from `receivable`; both are the provider's fees alone.
_ACCOUNTS = {Basis.accrual: "charged:service", Basis.cash: "receivable:service"}
_KINDS = {Basis.accrual: ["bill", "adjustment", "reversal"], Basis.cash: ["payment", "credit_use", "reversal"]}
_SUMS = """
SELECT j.kind, -sum(p.amount)::bigint AS fen FROM posting p JOIN journal j ON j.id = p.journal
WHERE p.community = $1 AND p.account = $2 AND j.community = $1 AND j.kind = ANY($3) AND j.effective_on BETWEEN $4 AND $5
GROUP BY j.kind
"""


@dataclass(frozen=True)
class Reconciliation:
    """The service-fee income that a statement took from the books, and what they say."""

    stated: Money
    books: Money

    @property
    def difference(self) -> Money:
        """Zero, or something that the statement explains."""
        return self.stated - self.books


async def books_say(community: int, basis: Basis, first: date, last: date) -> dict[str, Money]:
    """The service fees of some days by kind of journal, in fen; in the running unit of work."""
    rows = await fetch(_SUMS, community, _ACCOUNTS[basis], _KINDS[basis], first, last)
    found = {row["kind"]: Money(row["fen"]) for row in rows}
    return {kind: found[kind] for kind in _KINDS[basis] if kind in found}


async def books_of(community: int, basis: Basis, first: date, last: date, lines: Sequence[Line]) -> Money | None:
    """What the books say now of the lines that were drafted from them; None where there are none."""
    if not any(line.from_books for line in lines):
        return None
    return total((await books_say(community, basis, first, last)).values())


def stated(lines: Sequence[Line]) -> Money:
    """What a statement took from the books."""
    return total(line.amount for line in lines if line.from_books)
