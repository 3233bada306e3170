"""What kind of line a name stands for, and which of the nine cost heads an expense belongs to."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from portal.accounts.statements.rules import Line
from portal.accounts.statements.states import CostHead, LineKind, Side, StatementFund
from portal.kit.i18n import Bilingual
from portal.kit.money import Money, total

WORDS = Path(__file__).with_name("cost_heads.csv")


@dataclass(frozen=True)
class HeadSum:
    """The cost of one head."""

    head: CostHead
    amount: Money


def head_of_cost(category: str, item: str) -> CostHead:
    """The head whose word is in the item's name, or else in the category's; `other` if neither has one.

    The words are in cost_heads.csv. English ones match whole words: there is no VAT in an elevator. If several match,
    the first head of that file counts.
    Source: 物业服务收费管理办法 (2003) article 11, whose nine heads leave out taxes and the manager's share.
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


_NUMBERED = re.compile(r"^(\(?[\d一二三四五六七八九十]+[).、,]\s*)+")
_BRACKETED = re.compile(r"[(\[【].*?[)\]】]")
_BEFORE = "(上年度?|上期|上月|上季度?|上半年|以前年度|历年|往年|期初|年初|月初|季初)"
_LEFT = "(累计|滚存)?(结转|结余|余额|节余|结存|盈余|亏损|赤字|转入|转来)"
_IS_LEFT = "(结余|余额|节余|结存|结转|盈余|盈亏|利润|差额|相抵)"
_NOW = "(期末|年末|月末|季末|本期|本月|本季度?|本年度?|当期|当月|累计|滚存|收支)"

# Sums, balances and parts, in Chinese without blanks. The first match counts.
_TOLD_ZH = (
    (LineKind.part, r"^#?其中"),
    (LineKind.opening, rf"{_BEFORE}{_LEFT}(转入|余额|收入|数|额|资金|款)?$|^结转(自)?{_BEFORE}"),
    (LineKind.closing, rf"{_NOW}(累计|滚存)?{_IS_LEFT}(数|额)?((至|到)?下.{{1,2}})?$"),
    (LineKind.closing, r"^(结转|转入?)(至|到)?(下|次)(年度?|期|月|季度?)"),
    (LineKind.closing, r"(结余|结存|余额|节余)(数|额|资金)?$|^(净额|盈余|盈亏|差额|净?利润|利润总额)$"),
    (LineKind.total, r"承前|承上页|过次页|[转接]下?次?页|上页结转|结转(下|次)页"),
    (LineKind.total, r"(小计|合计|总计|共计|累计|汇总)(数|额|金额|收入|支出)?$|^(小计|合计|总计|共计)"),
    (LineKind.total, r"^(收入|支出|收支|费用)总(额|数)$|^(总|全部)(收入|支出|收支)$"),
)  # fmt: skip
_TOLD_EN = (
    (LineKind.part, r"^(of which|thereof)\b"),
    (LineKind.closing, r"carried (forward|down)|\bc/[fd]\b|(closing|ending|final) balance|balance at (the )?end"),
    (LineKind.closing, r"^(net )?(surplus|deficit|result|profit|balance)$"),
    (LineKind.opening, r"brought (forward|down)|\bb/[fd]\b|(opening|beginning|starting) balance|^carry[- ]?overs?$"),
    (LineKind.opening, r"carried over|balance at (the )?(start|beginning)"),
    (LineKind.total, r"^((grand|page|running|overall|section) )?(sub[- ]?)?totals?\b|\b(sub[- ]?)?totals?$|^sum$"),
)  # fmt: skip

_UTILITY = (
    r"(?<!充)(?<!停)电费|水电费|(?<!污)(?<!排)水费|燃气费|煤气费|天然气费|暖气?费|采暖费|供暖费|热力费|\butilities\b"
)
_FEE = (
    r"物业(服务|管理|综合|公共)*费|物业(服务|管理)*收费|^物业(服务|管理)*收入|物管费|^(住宅|商[铺业]|综合|公共|基础)*(管理|服务)+费"
    r"|^((property|service|management) )+(fee|charge)s?"
)
# Kinds of counted lines: the side, words in the name, and words that exclude it.
_COUNTED = (
    (LineKind.deposit, None, r"押金|保证金|\bdeposits?\b", r"利息|interest"),
    (LineKind.remuneration, Side.expense, r"酬金|佣金|remuneration|\bcommission\b", r"中介|经纪|招商|代理|bank|agen"),
    (LineKind.pass_through, None, r"代收|代付|代缴|代垫|pass[- ]?through", r"手续费|代理费"),
    (LineKind.pass_through, None, _UTILITY, r"公共|公摊|公区|公用|共用|办公|损耗|二次|电梯|路灯|成本|common|shared"),
    (LineKind.works, Side.expense, r"改造|翻新|外墙|大修|中修|新建|改建|重建|renovation|renewal|facade|rebuil",
     r"清洗|保洁|检测|管理费|cleaning|inspection"),
    (LineKind.fee, Side.income, _FEE, r"停车|车位|装修|滞纳|违约|利息|垃圾"),
    (LineKind.sundry, None, r"^(其他|其它|零星|杂项|杂费|others?\b|sundr|misc)", None),
)  # fmt: skip
# Headings that apply to every line beneath them.
_HEADINGS = (LineKind.deposit, LineKind.pass_through, LineKind.works)


@lru_cache(4096)
def kind_of(side: Side, category: str, item: Bilingual) -> LineKind:
    """The kind of a line. Totals and balances are recognised by either name, all others by the Chinese name only.

    A refund of a renovation deposit is no renovation, whatever its translation says.
    """
    kind = told_by(item.zh) or told_by(item.en)
    if kind:
        return kind
    counted = _counted(side, _plain(item.zh))
    if counted is LineKind.ordinary and (heading := _counted(side, _plain(category))) in _HEADINGS:
        return heading
    return counted


def told_by(name: str) -> LineKind | None:
    """The kind of sum or balance that a name stands for, or None; 合 计 as well as “Sub-total:”."""
    text = _plain(name)
    zh = ((kind, re.search(pattern, text.replace(" ", ""))) for kind, pattern in _TOLD_ZH)
    en = ((kind, re.search(pattern, text)) for kind, pattern in _TOLD_EN)
    return next((kind for kind, matches in (*zh, *en) if matches), None)


def _counted(side: Side, name: str) -> LineKind:
    for kind, only, says, unless in _COUNTED:
        if only in (None, side) and re.search(says, name) and not (unless and re.search(unless, name)):
            return kind
    return LineKind.ordinary


def _plain(name: str) -> str:
    """In lower case and half-width digits, without numbering, brackets, and punctuation at the ends."""
    text = unicodedata.normalize("NFKC", name).lower().strip()
    bare = _BRACKETED.sub("", _NUMBERED.sub("", text)).strip(" :;,.、。-—=*_")
    return " ".join((bare or text).split())
