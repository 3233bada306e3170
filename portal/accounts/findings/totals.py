"""Arithmetic of totals: which lines a total adds up, which lines look like totals, and sums in notes."""

from __future__ import annotations

import ast
import operator
import re
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate

from portal.accounts.statements.rules import FundTable, Line
from portal.accounts.statements.states import LineKind
from portal.kit.money import Money, total

_PARTLY = re.compile("小计|累计|页|sub", re.IGNORECASE)  # of some lines
_WHOLE = re.compile("总|grand|overall", re.IGNORECASE)  # of a side
_LONGER = re.compile(
    "累计|year[- ]to[- ]date|ytd", re.IGNORECASE
)  # includes earlier months, which are not in this statement


def comes_to(line: Line, lines: Sequence[Line]) -> Money | None:
    """The sum of the lines of a stated total if it differs from it; None if the total is right.

    A total may be that of its side, with or without the balance carried over. If it does not name the whole, it may
    also be that of its category, of all lines above it, or of those since the total before. One that includes earlier
    months may be higher. `lines` are all lines of the statement.
    """
    side = [one for one in lines if (one.fund, one.side) == (line.fund, line.side)]
    counted = [one for one in side if not one.is_total]
    category = [one for one in counted if one.category == line.category]
    above = [one for one in counted if one.position < line.position]
    since = max(
        (one.position for one in side if one.kind is LineKind.total and one.position < line.position), default=0
    )
    whole = [counted, [one for one in side if one.kind not in (LineKind.total, LineKind.part)]]
    parts = [category, above, [one for one in above if one.position > since]]
    names = f"{line.item.zh} {line.item.en}"
    sums = [total(one.amount for one in some) for some in (*whole, *([] if _WHOLE.search(names) else parts))]
    if line.amount in sums or (_LONGER.search(names) and line.amount > sums[0]):
        return None
    return sums[2] if _PARTLY.search(names) and len(sums) > 2 else sums[0]


def closes_at(table: FundTable) -> Money | None:
    """The remaining balance of a fund if the file states another one; None if it is right or not stated."""
    return None if table.closing in (None, table.left, table.result) else table.left


def doubles(lines: Sequence[Line]) -> list[Line]:
    """Counted lines that equal the sum of at least two others, so that these may be counted twice.

    The others are all of their side, all of their category in it, or those directly above or below.
    """
    counted = [line for line in sorted(lines, key=lambda line: line.position) if not line.is_total and line.amount]
    of_side = _Sums(counted, lambda line: (line.fund, line.side))
    of_category = _Sums(counted, lambda line: (line.fund, line.side, line.category))
    beside = {
        line.position
        for mine in _by_side(counted)
        for line, is_sum in zip(mine, _sums_of_neighbours([line.amount.fen for line in mine]), strict=True)
        if is_sum
    }
    return [line for line in counted if of_side.doubled(line) or of_category.doubled(line) or line.position in beside]


def _by_side(lines: Sequence[Line]) -> list[list[Line]]:
    result: dict[object, list[Line]] = {}
    for line in lines:
        result.setdefault((line.fund, line.side), []).append(line)
    return list(result.values())


def _sums_of_neighbours(fen: Sequence[int]) -> list[bool]:
    """For each number, whether it is the sum of the two or more directly before or after it."""
    before = list(accumulate(fen, initial=0))
    last = {sum_: place for place, sum_ in enumerate(before)}
    first = {sum_: place for place, sum_ in reversed(list(enumerate(before)))}
    return [
        first.get(before[place] - one, place) <= place - 2 or last.get(before[place + 1] + one, 0) >= place + 3
        for place, one in enumerate(fen)
    ]


class _Sums:
    """Sums of lines by what they have in common."""

    def __init__(self, lines: Sequence[Line], common: Callable[[Line], object]) -> None:
        self.common = common
        self.count, self.fen = Counter[object](), Counter[object]()
        for line in lines:
            self.count[common(line)] += 1
            self.fen[common(line)] += line.amount.fen

    def doubled(self, line: Line) -> bool:
        """Whether a line equals the sum of all others, if there are at least two."""
        key = self.common(line)
        return self.count[key] > 2 and self.fen[key] == 2 * line.amount.fen


LONGEST = 400  # characters of a note that are read
_PLAIN = str.maketrans(
    {"×": "*", "＊": "*", "÷": "/", "／": "/", "＋": "+", "－": "-", "（": "(", "）": ")", "，": ","}
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SUM = re.compile(r"[\d(][\d.()+\-*/ ]*[\d)]")
_ZERO_FIRST = re.compile(r"(?<![\d.])0+(?=\d)")
_DOES: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def computed(note: str) -> Money | None:
    """The result of the longest calculation in a note, in yuan; None if it has no product or cannot be read.

    `（98×110＋22000）×12` is a calculation; dates and plain numbers are not.
    """
    text = _THOUSANDS.sub("", note[:LONGEST].translate(_PLAIN))
    sums = sorted((match[0] for match in _SUM.finditer(text) if "*" in match[0]), key=len)
    if not sums:
        return None
    text = _ZERO_FIRST.sub("", sums[-1].strip())
    try:
        return Money.of_yuan(_value(ast.parse(text, mode="eval").body, text))
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError):
        return None


def _value(node: ast.expr, text: str) -> Fraction:
    match node:
        case ast.Constant():
            return Fraction(ast.get_source_segment(text, node) or "")  # as written: never by way of a float
        case ast.BinOp() if type(node.op) in _DOES:
            return _DOES[type(node.op)](_value(node.left, text), _value(node.right, text))
    raise ValueError(text)
