"""What a statement is asked before it is published: each finding is mended, or explained in public."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.kit.bilingual import Bilingual
from portal.kit.money import Money, total
from portal.statements.books import stated
from portal.statements.remuneration import Terms, share_due, shares
from portal.statements.rules import Head, Line, funds_of
from portal.statements.states import FindingKind, Side, StatementFund
from portal.statements.sums import computed

YEAR = 360  # days; a shorter statement is compared as a month
OFF_A_YEAR, OFF_A_MONTH = Decimal("0.07"), Decimal("0.10")
ITEMISED = Decimal("0.01")  # of its side; a lump sum above it is split or explained (Beijing's form of 2010, line 7)
ROUNDED = Decimal("0.001")  # sums in notes come from rounded figures

_WORKS = re.compile("改造|翻新|外墙|大修|中修|新建|改建|重建|renovation|renewal|facade|rebuil", re.IGNORECASE)
_LUMP = re.compile("^(其他|其它|零星|杂项|杂费|other|sundr|misc)", re.IGNORECASE)
_NO_CONTRACT = re.compile("无合同|没有合同|未签合同|合同到期|续签中|no contract|under renewal", re.IGNORECASE)
_SUBTOTAL = re.compile("小计|subtotal", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """One of them. `other` is the sum that the line's own is compared with, in fen.

    Without a line it is about a whole fund, or about a contract of this `name`.
    """

    kind: FindingKind
    line: Line | None = None
    fund: StatementFund | None = None
    other: Money | None = None
    name: Bilingual | None = None

    @property
    def key(self) -> str:
        """The same as long as the same was found: a changed figure needs a new explanation."""
        line, other = self.line, self.other
        whole = self.name.zh if self.name else self.fund or ""
        about = f"{line.position}:{line.amount.fen}" if line else whole
        return f"{self.kind}:{about}:{'' if other is None else other.fen}"

    @property
    def percent(self) -> Decimal | None:
        """By how much the line differs from the other sum, as a ratio of it."""
        if self.line is None or not self.other:
            return None
        return Decimal(self.line.amount.fen - self.other.fen) / abs(self.other.fen)


Name = tuple[StatementFund, Side, str]


@dataclass(frozen=True)
class Lease:
    """A registered contract of common areas in a statement's days: what fell due by it, if known, and what came in."""

    name: Bilingual
    has_term: bool
    due: Money | None
    received: Money


def findings(
    head: Head,
    lines: Sequence[Line],
    terms: Terms,
    a_year_ago: Mapping[Name, Money],
    books: Money | None = None,
    leases: Sequence[Lease] = (),
) -> list[Finding]:
    """All that is found, in the order of the lines; `a_year_ago` holds the same lines of the year before.

    `books` is what the ledger says of the lines drafted from it; `leases` are asked about where common areas are told
    of, those of one name once.
    """
    counted = [line for line in lines if not line.is_total]
    whole = {
        (fund, side): total(line.amount for line in counted if (line.fund, line.side) == (fund, side))
        for fund in StatementFund for side in Side
    }  # fmt: skip
    limit = OFF_A_YEAR if (head.ends_on - head.starts_on).days >= YEAR else OFF_A_MONTH
    found: list[Finding] = []
    for line in sorted(lines, key=lambda line: line.position):
        if line.is_total:
            found += _of_total(line, counted)
        else:
            found += _compared(line, limit, a_year_ago)
            found += _of_words(line, whole[line.fund, line.side])
    if books is not None and stated(counted) != books:
        found.append(Finding(FindingKind.books_differ, other=books))
    if any(line.fund is StatementFund.common_area_revenue for line in counted):
        named = {(one.kind, one.line.item.zh) for one in found if one.line}
        asked = {(one.kind, one.name.zh): one for one in _of_leases(leases) if one.name}
        found += [one for key, one in asked.items() if key not in named]
    return found + list(_of_funds(counted)) + list(_of_share(counted, terms))


def _of_leases(leases: Sequence[Lease]) -> Iterator[Finding]:
    for one in leases:
        if not one.has_term:
            yield Finding(FindingKind.no_term, name=one.name)
        if one.due and not one.received:
            yield Finding(FindingKind.nothing_received, other=one.due, name=one.name)


def _of_total(line: Line, counted: Sequence[Line]) -> Iterator[Finding]:
    inside = [one for one in counted if (one.fund, one.side) == (line.fund, line.side)]
    if _SUBTOTAL.search(f"{line.item.zh} {line.item.en}"):
        inside = [one for one in inside if one.category == line.category]
    added = total(one.amount for one in inside)
    if added != line.amount:
        yield Finding(FindingKind.total_differs, line, other=added)


def _compared(line: Line, limit: Decimal, a_year_ago: Mapping[Name, Money]) -> Iterator[Finding]:
    if line.prior is not None and _off(line.amount, line.prior, limit):
        yield Finding(FindingKind.off_prior, line, other=line.prior)
    then = a_year_ago.get((line.fund, line.side, line.item.zh))
    if then is not None and then != line.prior and _off(line.amount, then, OFF_A_YEAR):
        yield Finding(FindingKind.off_year, line, other=then)
    says = computed(line.note)
    if says is not None and says != line.amount and _off(line.amount, says, ROUNDED):
        yield Finding(FindingKind.note_differs, line, other=says)


def _off(now: Money, then: Money, limit: Decimal) -> bool:
    return abs(now.fen - then.fen) > limit * abs(then.fen)


def _of_words(line: Line, whole: Money) -> Iterator[Finding]:
    names = f"{line.item.zh} {line.item.en}"
    service, common = (line.fund is fund for fund in (StatementFund.service_fee, StatementFund.common_area_revenue))
    if service and line.side is Side.expense and _WORKS.search(names):
        yield Finding(FindingKind.capital_works, line)
    if any(_LUMP.search(name) for name in (line.item.zh, line.item.en)) and line.amount.fen > ITEMISED * whole.fen:
        yield Finding(FindingKind.lump_sum, line)
    if common and line.side is Side.income:
        if not line.amount and (line.budget is None or line.budget):
            yield Finding(FindingKind.nothing_received, line, other=line.budget)
        if _NO_CONTRACT.search(f"{names} {line.note}"):
            yield Finding(FindingKind.no_contract, line)


def _of_funds(counted: Sequence[Line]) -> Iterator[Finding]:
    for table in funds_of(counted):
        if table.expense.lines and not table.income.lines:
            yield Finding(FindingKind.no_funding, fund=table.fund, other=table.expense.amount)


def _of_share(counted: Sequence[Line], terms: Terms) -> Iterator[Finding]:
    due = share_due(counted, terms)
    taken = shares(counted)
    if due is not None and taken and total(line.amount for line in taken) != due:
        yield Finding(FindingKind.remuneration_differs, taken[0], other=due)
