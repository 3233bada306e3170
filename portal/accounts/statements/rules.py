"""The arithmetic of a statement: sums by side and fund, differences between versions, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from portal.accounts.statements.states import LineKind, Side, StatementFund
from portal.kit.i18n import N_, Bilingual
from portal.kit.money import Money, total

# The number of bars that a reader can tell apart.
DRAWN = 8


@dataclass(frozen=True)
class Line:
    """One line of a statement; budget and prior are None if the file left them empty.

    Totals and balances are shown but never counted. `said` is whether a person set its kind; None if that was not
    stored.
    """

    position: int
    fund: StatementFund
    side: Side
    category: str
    item: Bilingual
    amount: Money
    budget: Money | None = None
    prior: Money | None = None
    note: str = ""
    kind: LineKind = LineKind.ordinary
    from_books: bool = False
    said: bool | None = None

    @property
    def is_total(self) -> bool:
        """Whether it repeats other lines."""
        return self.kind.is_told

    @property
    def is_ordinary(self) -> bool:
        """Whether it is of no kind that has a check of its own."""
        return self.kind is LineKind.ordinary

    @property
    def about(self) -> str:
        """Its name among the lines of a statement, which stays the same when they are imported again."""
        return f"{self.fund}:{self.side}:{self.category}:{self.item.zh}"

    @property
    def difference(self) -> Money | None:
        """Actual minus budget; unknown without a budget."""
        return None if self.budget is None else self.amount - self.budget


@dataclass(frozen=True)
class Part:
    """A category of a side with its sum and its share of the whole; without a name it is all the others."""

    name: Bilingual | None
    amount: Money
    ratio: Decimal

    @property
    def width(self) -> int:
        """The width to draw, in fen; zero for a negative sum."""
        return max(self.amount.fen, 0)


@dataclass(frozen=True)
class SideTable:
    """All lines of one side of one fund, with totals. A total over unknown figures is itself unknown.

    `stated` are totals and parts that the file names: they are shown but never counted.
    """

    side: Side
    lines: tuple[Line, ...]
    stated: tuple[Line, ...] = ()

    @property
    def amount(self) -> Money:
        """The sum of the actual figures."""
        return total(line.amount for line in self.lines)

    @property
    def budget(self) -> Money | None:
        """The sum of the budget, if every line has one."""
        return _total_known(line.budget for line in self.lines)

    @property
    def prior(self) -> Money | None:
        """The sum of the period before, if every line has one."""
        return _total_known(line.prior for line in self.lines)

    @property
    def difference(self) -> Money | None:
        """Actual minus budget, if the whole budget is known."""
        return None if self.budget is None else self.amount - self.budget

    @property
    def parts(self) -> list[Part]:
        """The sums by category, the largest first and the smallest together; by item if there is only one category."""
        by_item = len({line.category for line in self.lines}) < 2
        sums: dict[str, Money] = {}
        names: dict[str, Bilingual] = {}
        for line in self.lines:
            name = line.item if by_item or not line.category else Bilingual(line.category, "")
            names[name.zh] = name
            sums[name.zh] = sums.get(name.zh, Money(0)) + line.amount
        largest = sorted(sums, key=lambda name: -sums[name].fen)
        cut = len(largest) if len(largest) <= DRAWN else DRAWN - 1
        result = [self._part(names[name], sums[name]) for name in largest[:cut] if sums[name]]
        others = total(sums[name] for name in largest[cut:])
        return [*result, self._part(None, others)] if others else result

    def _part(self, name: Bilingual | None, amount: Money) -> Part:
        whole = self.amount.fen
        return Part(name, amount, Decimal(amount.fen) / whole if whole else Decimal(0))

    @property
    def widest(self) -> int:
        """The longest bar, in fen."""
        return max((part.width for part in self.parts), default=0)


MEANING = {
    StatementFund.service_fee: N_("What owners paid for services, and how it was spent."),
    StatementFund.common_area_revenue: N_("Income from the common areas. It belongs to all owners."),
    StatementFund.maintenance_fund: N_("Money set aside for major repairs to common parts and equipment."),
}


@dataclass(frozen=True)
class FundTable:
    """Income and expense of one fund. The funds belong to different people and are never added up.

    `carried` are the balances that the file names: at the beginning and at the end.
    """

    fund: StatementFund
    income: SideTable
    expense: SideTable
    carried: tuple[Line, ...] = ()

    @property
    def meaning(self) -> str:
        """Whose money it is, as a sentence to be translated."""
        return MEANING[self.fund]

    @property
    def sides(self) -> list[SideTable]:
        """The sides that have lines."""
        return [side for side in (self.income, self.expense) if side.lines]

    @property
    def result(self) -> Money:
        """Income minus expense."""
        return self.income.amount - self.expense.amount

    @property
    def opened(self) -> list[Line]:
        """The lines with the opening balance."""
        return [line for line in self.carried if line.kind is LineKind.opening]

    @property
    def closed(self) -> list[Line]:
        """The lines with the closing balance, as the file states it."""
        return [line for line in self.carried if line.kind is LineKind.closing]

    @property
    def opening(self) -> Money | None:
        """The opening balance, negative if it was a debt; None if the file does not say."""
        return _balance(self.opened, Side.expense)

    @property
    def closing(self) -> Money | None:
        """The closing balance that the file states."""
        return _balance(self.closed, None)  # among the expenses, too, which 结转下期 evens out with the income

    @property
    def left(self) -> Money:
        """The remaining balance: the opening balance plus the result."""
        return (self.opening or Money(0)) + self.result


def _balance(lines: Sequence[Line], below: Side | None) -> Money | None:
    return total(-line.amount if line.side is below else line.amount for line in lines) if lines else None


def funds_of(lines: Iterable[Line]) -> list[FundTable]:
    """The lines sorted into funds and sides, in the order of the enum; a fund without lines is left out."""
    by_place = sorted(lines, key=lambda line: line.position)
    tables = [_fund_of([line for line in by_place if line.fund is fund], fund) for fund in StatementFund]
    return [table for table in tables if table.sides or table.carried]


def _fund_of(lines: Sequence[Line], fund: StatementFund) -> FundTable:
    carried = tuple(line for line in lines if line.kind in (LineKind.opening, LineKind.closing))
    return FundTable(fund, _side_of(lines, Side.income), _side_of(lines, Side.expense), carried)


def _side_of(lines: Sequence[Line], side: Side) -> SideTable:
    mine = [line for line in lines if line.side is side]
    stated = tuple(line for line in mine if line.kind in (LineKind.total, LineKind.part))
    return SideTable(side, tuple(line for line in mine if not line.is_total), stated)


def _total_known(sums: Iterable[Money | None]) -> Money | None:
    known = list(sums)
    if not known or any(sum_ is None for sum_ in known):
        return None
    return total(sum_ for sum_ in known if sum_ is not None)


@dataclass(frozen=True)
class Head:
    """The head of a statement; `estate` is the code, because names change."""

    estate: str
    code: str
    version: int
    title: str
    starts_on: date
    ends_on: date
    terms: Mapping[str, Any] = field(default_factory=dict)


def content_sha256(
    head: Head,
    lines: Iterable[Line],
    explained: Iterable[tuple[str, str]] = (),
    documents: Iterable[tuple[str, str]] = (),
) -> str:
    """The SHA-256 (hex) of all that is shown, as JSON: keys sorted, no blanks, UTF-8, sums in fen, dates ISO.

    `explained` are findings with their explanations, `documents` names of lines with the SHA-256 of a picture. What a
    statement does not state is left out.
    """
    content: dict[str, Any] = {
        "estate": head.estate,
        "code": head.code,
        "version": head.version,
        "title": head.title,
        "from": head.starts_on.isoformat(),
        "to": head.ends_on.isoformat(),
        "lines": [_plain(line) for line in sorted(lines, key=lambda line: line.position)],
        **head.terms,
    }
    explanations = [list(one) for one in sorted(explained)]
    if explanations:
        content["explanations"] = explanations
    pictures = [list(one) for one in sorted(documents)]
    if pictures:
        content["documents"] = pictures
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(line: Line) -> dict[str, Any]:
    optional: dict[str, Any] = {"total": True} if line.is_total else {}
    optional |= {"carried": line.kind.value} if line.kind in (LineKind.opening, LineKind.closing) else {}
    optional |= {"books": True} if line.from_books else {}
    return {
        **optional,
        "position": line.position,
        "fund": line.fund.value,
        "side": line.side.value,
        "category": line.category,
        "item_zh": line.item.zh,
        "item_en": line.item.en,
        "amount": line.amount.fen,
        "budget": None if line.budget is None else line.budget.fen,
        "prior": None if line.prior is None else line.prior.fen,
        "note": line.note,
    }


def repeated(lines: Sequence[Line]) -> list[tuple[Line, int]]:
    """Lines with the same name and sum, with their number: one of them may have been typed twice."""
    count = Counter((line.fund, line.side, line.item.zh, line.amount) for line in lines)
    first: dict[tuple[object, ...], Line] = {}
    for line in lines:
        first.setdefault((line.fund, line.side, line.item.zh, line.amount), line)
    return [(first[key], times) for key, times in count.items() if times > 1 and first[key].amount]
