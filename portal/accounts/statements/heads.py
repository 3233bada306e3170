"""Which of the nine heads of service costs an expense belongs to."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.accounts.statements.rules import Line
from portal.accounts.statements.states import CostHead, LineKind, Side, StatementFund
from portal.kit.money import Money, total

WORDS = Path(__file__).with_name("cost_heads.csv")


@dataclass(frozen=True)
class HeadSum:
    """What one head cost."""

    head: CostHead
    amount: Money


def head_of_cost(category: str, item: str) -> CostHead:
    """The head whose word the item's name has, else the category's; `other` where neither has one.

    The words are in cost_heads.csv, the English ones whole: there is no VAT in an elevator. Of several the first head
    of that file counts.
    Source: 物业服务收费管理办法 (2003) article 11, which leaves taxes and the manager's share out of the nine.
    """
    for text in (item.lower(), category.lower()):
        for head, words in _words():
            if words.search(text):
                return head
    return CostHead.other


def by_head(lines: Iterable[Line]) -> list[HeadSum]:
    """The expenses of the service fee by head, in the order of the enum; heads without a line are left out."""
    sums: dict[CostHead, list[Money]] = {head: [] for head in CostHead}
    for line in lines:
        if line.fund is StatementFund.service_fee and line.side is Side.expense and not line.is_total:
            share = line.kind is LineKind.remuneration
            sums[CostHead.remuneration if share else head_of_cost(line.category, line.item.zh)].append(line.amount)
    return [HeadSum(head, total(amounts)) for head, amounts in sums.items() if amounts]


@cache
def _words() -> tuple[tuple[CostHead, re.Pattern[str]], ...]:
    with WORDS.open(encoding="utf-8", newline="") as file:
        return tuple((CostHead(row["head"]), _any_of(row["words"].lower().split())) for row in csv.DictReader(file))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{word}(es|s)?\b" if word.isascii() else word for word in words))
