"""What the books say about service fees, which a statement has to match to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.accounts.statements.rules import Line
from portal.accounts.statements.states import Basis, LineKind, Side, StatementFund
from portal.accounts.statements.suppression import SMALL, few
from portal.kit.money import ZERO, Money, total
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch, fetch_value

ONE_DAY = timedelta(days=1)
# Sums due are booked to `charged`, payments reduce `receivable`; both are the provider's fees only.
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


# Only items of the kind `service_fee`, as bills and payments have them.
_FEES = {
    Basis.accrual: """
SELECT coalesce(sum(moved.amount), 0)::bigint FROM (
  SELECT l.item, l.amount FROM journal j JOIN bill_line l ON l.bill = j.source AND l.community = $1
  WHERE j.community = $1 AND j.kind = 'bill' AND j.effective_on BETWEEN $2 AND $3
  UNION ALL SELECT l.item, a.amount FROM journal j JOIN adjustment a ON a.id = j.source AND a.community = $1
  JOIN bill_line l ON l.id = a.line
  WHERE j.community = $1 AND j.kind = 'adjustment' AND j.effective_on BETWEEN $2 AND $3
) moved JOIN charge_item i ON i.id = moved.item AND i.kind = 'service_fee'
""",
    Basis.cash: """
SELECT coalesce(sum(a.amount), 0)::bigint FROM journal j
JOIN allocation a ON a.payment = j.source AND a.community = $1 AND a.reason IS NULL
JOIN bill_line l ON l.id = a.line JOIN charge_item i ON i.id = l.item AND i.kind = 'service_fee'
WHERE j.community = $1 AND j.kind = 'payment' AND j.effective_on BETWEEN $2 AND $3
""",
}
# The month of the estate's first bill, without opening balances.
_FIRST = "SELECT period FROM bill WHERE community = $1 AND kind <> 'opening' ORDER BY number LIMIT 1"


@dataclass(frozen=True)
class Books:
    """The sums received, or due, by the books: of service fees only, and of all the provider's money.

    Months before the first bill are unknown to the books. Parts of months are withheld, because single payments would
    show in them.
    """

    fees: Money = ZERO
    fund: Money = ZERO
    know: bool = True


@dataclass(frozen=True)
class Reconciliation:
    """The service-fee income that a statement took from the books, and the sum in the books."""

    stated: Money
    books: Money

    @property
    def difference(self) -> Money:
        """Zero, or something that the statement has to explain."""
        return self.stated - self.books


async def books_say(community: int, basis: Basis, first: date, last: date) -> dict[str, Money]:
    """The service fees of a period by kind of journal, in fen; in the caller's transaction."""
    rows = await fetch(_SUMS, community, _ACCOUNTS[basis], _KINDS[basis], first, last)
    result = {row["kind"]: Money(row["fen"]) for row in rows}
    return {kind: result[kind] for kind in _KINDS[basis] if kind in result}


async def few_corrected(community: int, first: date, last: date) -> bool:
    """Whether bills of 1 to SMALL - 1 homes were corrected in this period: their sum would reveal them."""
    account = _ACCOUNTS[Basis.accrual]
    return few(await fetch_value(_CORRECTED, community, account, first, last, SMALL))


def together(sums: dict[str, Money]) -> dict[str, Money]:
    """The sum of all, under the first kind."""
    return dict.fromkeys(list(sums)[:1], total(sums.values()))


async def books_of(community: int, basis: Basis, first: date, last: date, lines: Sequence[Line]) -> Books | None:
    """What the books know now of the service fees in a statement; None if either has none."""
    if not service_income(lines)[0]:
        return None
    if not any(line.from_books for line in lines):
        begun = await fetch_value(_FIRST, community)
        if begun is None:
            return None
        if not whole_months(first, last) or Month.of(first) < Month.parse(begun):
            return Books(know=False)
    alone = Money(await fetch_value(_FEES[basis], community, first, last))
    return Books(alone, total((await books_say(community, basis, first, last)).values()))


def whole_months(first: date, last: date) -> bool:
    """Whether a period begins and ends with a month."""
    return first.day == 1 and (last + ONE_DAY).day == 1


def service_income(lines: Sequence[Line]) -> tuple[list[Line], bool]:
    """The lines with the income from service fees, and whether they are known to be that.

    If none is known, every income of the fund counts that nobody has marked as something else.
    """
    named = [line for line in lines if line.from_books or (_income(line) and line.kind is LineKind.fee)]
    return named or [line for line in lines if _income(line) and not line.said], bool(named)


def contradicted(lines: Sequence[Line], books: Books) -> Money | None:
    """The sum in the books if the statement has another one; None if they agree.

    Lines drafted from the books have all of the provider's money; a line of fees that stands alone may have that too.
    """
    named, _sure = service_income(lines)
    alone = not any(_income(line) and line not in named for line in lines)
    drafted = any(line.from_books for line in named)
    right = [books.fund] if drafted else [books.fees, *([books.fund] if alone else [])]
    return None if total(line.amount for line in named) in right else right[0]


def _income(line: Line) -> bool:
    others = (LineKind.pass_through, LineKind.deposit)
    place = (line.fund, line.side) == (StatementFund.service_fee, Side.income)
    return place and not line.is_total and line.kind not in others


def stated(lines: Sequence[Line]) -> Money:
    """The sum that a statement took from the books."""
    return total(line.amount for line in lines if line.from_books)
