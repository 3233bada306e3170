"""What the books say of service fees: the figure that a drafted statement must equal to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.db import fetch, fetch_value
from portal.kit.money import Money, total
from portal.kit.suppression import SMALL, few
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
# Up to $5 homes whose bills were corrected in these days.
_CORRECTED = """
SELECT count(*) FROM (SELECT DISTINCT b.unit FROM journal j
  JOIN posting p ON p.journal = j.id AND p.account = $2 JOIN adjustment a ON a.id = j.source
  JOIN bill_line l ON l.id = a.line JOIN bill b ON b.id = l.bill
  WHERE j.community = $1 AND j.kind = 'adjustment' AND j.effective_on BETWEEN $3 AND $4 LIMIT $5) homes
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


async def few_corrected(community: int, first: date, last: date) -> bool:
    """Whether bills of 1 to SMALL - 1 homes were corrected in these days: their sum would tell of them."""
    account = _ACCOUNTS[Basis.accrual]
    return few(await fetch_value(_CORRECTED, community, account, first, last, SMALL))


def together(found: dict[str, Money]) -> dict[str, Money]:
    """All of it as one sum, under its first kind."""
    return dict.fromkeys(list(found)[:1], total(found.values()))


async def books_of(community: int, basis: Basis, first: date, last: date, lines: Sequence[Line]) -> Money | None:
    """What the books say now of the lines that were drafted from them; None where there are none."""
    if not any(line.from_books for line in lines):
        return None
    return total((await books_say(community, basis, first, last)).values())


def stated(lines: Sequence[Line]) -> Money:
    """What a statement took from the books."""
    return total(line.amount for line in lines if line.from_books)
