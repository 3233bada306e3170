"""The checks before a statement is published: each finding is corrected, or explained in public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.accounts.findings.queries import Books, contradicted, service_income
from portal.accounts.findings.totals import closes_at, comes_to, computed, doubles
from portal.accounts.statements.heads import kind_of
from portal.accounts.statements.remuneration import Terms, share_due, shares
from portal.accounts.statements.rules import Head, Line, funds_of
from portal.accounts.statements.states import FindingKind, LineKind, Side, StatementFund, StatementKind
from portal.kit.i18n import Bilingual
from portal.kit.language import ENGLISH
from portal.kit.money import Money, total
from portal.kit.text import plain

YEAR = 360  # days; a shorter statement is compared as a month
OFF_A_YEAR, OFF_A_MONTH = Decimal("0.07"), Decimal("0.10")
ITEMISED = Decimal("0.01")  # of its side; a lump sum above it is split or explained (Beijing's form of 2010, line 7)
ROUNDED = Decimal("0.001")  # sums in notes come from rounded figures
NAMED = 6  # lines that a finding names; of more it says how many
# Shown to everybody and may be explained, but does not stop publication: there is nothing to correct.
ONLY_TOLD = frozenset({FindingKind.corrected, FindingKind.books_silent, FindingKind.no_contract})
PASSED_ON = Decimal("0.01")  # of what was collected for others; months of meters and of the supplier's bills differ


@dataclass(frozen=True)
class Finding:
    """One finding. `other` is the sum that the line's own sum is compared with, in fen.

    Without a line it is about a whole fund, or about a contract with this `name`.
    """

    kind: FindingKind
    line: Line | None = None
    fund: StatementFund | None = None
    other: Money | None = None
    name: Bilingual | None = None

    @property
    def key(self) -> str:
        """Identifies the finding with its figures: a changed figure needs a new explanation."""
        line, other = self.line, self.other
        whole = self.name.zh if self.name else self.fund or ""
        about = f"{line.position}:{line.amount.fen}" if line else whole
        return f"{self.kind}:{about}:{'' if other is None else other.fen}"

    @property
    def wants_words(self) -> bool:
        """Whether it has to be fixed or explained before publishing; not if the line is only assumed to be the fee."""
        unsure = self.kind is FindingKind.books_differ and self.name is not None
        return self.kind not in ONLY_TOLD and not unsure

    @property
    def percent(self) -> Decimal | None:
        """The difference between the line and the other sum, as a ratio of the latter."""
        if self.line is None or not self.other:
            return None
        return Decimal(self.line.amount.fen - self.other.fen) / abs(self.other.fen)


Name = tuple[StatementFund, Side, str]


@dataclass(frozen=True)
class Lease:
    """A contract of common areas in the days of a statement: the sum due, if known, and the sum received."""

    name: Bilingual
    has_term: bool
    due: Money | None
    received: Money

    def is_of(self, line: Line) -> bool:
        """Whether a line has its name."""
        return plain(self.name.zh) == plain(line.item.zh)


def findings(
    head: Head,
    lines: Sequence[Line],
    terms: Terms,
    a_year_ago: Mapping[Name, Money],
    books: Books | None = None,
    leases: Sequence[Lease] | None = None,
) -> list[Finding]:
    """All findings, in the order of the lines; `a_year_ago` holds the same lines of the year before.

    `books` is what the ledger knows of service fees in these days. `leases` are the contracts to look for if the
    statement is about common areas; None if the estate registers no contracts.
    """
    counted = [line for line in lines if not line.is_total]
    whole = {
        (fund, side): total(line.amount for line in counted if (line.fund, line.side) == (fund, side))
        for fund in StatementFund for side in Side
    }  # fmt: skip
    limit = OFF_A_YEAR if (head.ends_on - head.starts_on).days >= YEAR else OFF_A_MONTH
    result: list[Finding] = []
    for line in sorted(lines, key=lambda line: line.position):
        if line.kind is LineKind.total and (added := comes_to(line, lines)) is not None:
            result.append(Finding(FindingKind.total_differs, line, other=added))
        elif not line.is_total:
            result += _compared(line, limit, a_year_ago)
            result += _of_kind(line, whole[line.fund, line.side])
    result += [Finding(FindingKind.looks_like_total, line) for line in _counted_twice(lines)]
    result += list(_of_balances(lines))
    if terms.kind is StatementKind.actual:
        result += _of_what_happened(
            counted, books, leases, {(one.kind, one.line.item.zh) for one in result if one.line}
        )
    return result + list(_of_funds(counted)) + list(_of_share(counted, terms))


def _of_what_happened(
    counted: Sequence[Line], books: Books | None, leases: Sequence[Lease] | None, named: set[tuple[FindingKind, str]]
) -> Iterator[Finding]:
    """Findings that make no sense for a plan; `named` are those found already."""
    if books:
        yield from _of_books(counted, books)
    for fund in StatementFund:
        yield from _passed_on(fund, [one for one in counted if one.fund is fund])
    if leases is not None and any(line.fund is StatementFund.common_area_revenue for line in counted):
        asked = {(one.kind, one.name.zh): one for one in _of_leases(leases) if one.name}
        yield from (one for key, one in asked.items() if key not in named)
        yield from _unregistered(counted, leases)


def _of_books(counted: Sequence[Line], books: Books) -> Iterator[Finding]:
    """Service fees compared with the books; if no line is named so, all lines that may be service fees."""
    named, sure = service_income(counted)
    whose = None if sure else _all(named)
    if not named:
        return
    if not books.know:
        yield Finding(FindingKind.books_silent, other=total(line.amount for line in named), name=whose)
    elif (say := contradicted(counted, books)) is not None:
        yield Finding(FindingKind.books_differ, named[0] if sure and len(named) == 1 else None, other=say, name=whose)


def _unregistered(counted: Sequence[Line], leases: Sequence[Lease]) -> Iterator[Finding]:
    """Income of common areas under a name that no contract in force has."""
    alone = [
        line for line in counted
        if (line.fund, line.side) == (StatementFund.common_area_revenue, Side.income) and line.amount and not line.said
        and not any(one.is_of(line) for one in leases)
    ]  # fmt: skip
    if alone:
        yield Finding(FindingKind.no_contract, other=total(line.amount for line in alone), name=_all(alone))


def _all(lines: Sequence[Line]) -> Bilingual:
    """The first names, and the number of the others."""
    names, more = [line.item for line in lines[:NAMED]], len(lines) > NAMED
    zh, en = "、".join(one.zh for one in names), ", ".join(one.words(ENGLISH) for one in names)
    return Bilingual(f"{zh}等 {len(lines)} 项", f"{en} and others, {len(lines)} lines") if more else Bilingual(zh, en)


def _passed_on(fund: StatementFund, lines: Sequence[Line]) -> Iterator[Finding]:
    """Water and power are collected for the supplier: the company keeps nothing (物业管理条例 44)."""
    mine = [line for line in lines if line.kind is LineKind.pass_through]
    collected, paid = (total(line.amount for line in mine if line.side is side) for side in Side)
    if collected and abs(collected.fen - paid.fen) > PASSED_ON * abs(collected.fen):
        yield Finding(FindingKind.passed_on, fund=fund, other=collected - paid)


def _counted_twice(lines: Sequence[Line]) -> list[Line]:
    """Lines that are the sum of their neighbours, and in earlier imports lines named like a sum or a balance.

    Lines whose kind somebody has set are not questioned.
    """
    named = [line for line in lines if not line.is_total and kind_of(line.side, "", line.item).is_told]
    result = {line.position: line for line in (*named, *doubles(lines)) if not line.said}
    return [result[position] for position in sorted(result)]


def _of_balances(lines: Sequence[Line]) -> Iterator[Finding]:
    for table in funds_of(lines):
        stated = closes_at(table)
        if stated is not None:
            yield Finding(FindingKind.total_differs, table.closed[0], other=stated)


def _of_leases(leases: Sequence[Lease]) -> Iterator[Finding]:
    for one in leases:
        if not one.has_term:
            yield Finding(FindingKind.no_term, name=one.name)
        if one.due and not one.received:
            yield Finding(FindingKind.nothing_received, other=one.due, name=one.name)


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


def _of_kind(line: Line, whole: Money) -> Iterator[Finding]:
    service, common = (line.fund is fund for fund in (StatementFund.service_fee, StatementFund.common_area_revenue))
    if service and line.side is Side.expense and line.kind is LineKind.works:
        yield Finding(FindingKind.capital_works, line)
    if line.kind is LineKind.sundry and line.amount.fen > ITEMISED * whole.fen:
        yield Finding(FindingKind.lump_sum, line)
    if common and line.side is Side.income and not line.amount and (line.budget is None or line.budget):
        yield Finding(FindingKind.nothing_received, line, other=line.budget)


def _of_funds(counted: Sequence[Line]) -> Iterator[Finding]:
    for table in funds_of(counted):
        if table.expense.lines and not table.income.lines:
            yield Finding(FindingKind.no_funding, fund=table.fund, other=table.expense.amount)


def _of_share(counted: Sequence[Line], terms: Terms) -> Iterator[Finding]:
    due = share_due(counted, terms)
    taken = shares(counted)
    if due is not None and taken and total(line.amount for line in taken) != due:
        yield Finding(FindingKind.remuneration_differs, taken[0], other=due)
