"""Sums that somebody wrote into a note: whether they come to what the line says."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from fractions import Fraction

from portal.kit.money import Money

LONGEST = 400  # characters of a note that are looked at
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
    """What the longest sum in a note comes to, in yuan; None where none multiplies anything or it cannot be read.

    `（98×110＋22000）×12` is such a sum; dates and plain numbers are not.
    """
    text = _THOUSANDS.sub("", note[:LONGEST].translate(_PLAIN))
    sums = sorted((found[0] for found in _SUM.finditer(text) if "*" in found[0]), key=len)
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
