"""The arithmetic of totals: what a stated one may be the sum of, and which line looks like one unsaid."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from portal.kit.money import Money, total
from portal.statements.rules import FundTable, Line
from portal.statements.states import LineKind

_PARTLY = re.compile("小计|累计|页|sub", re.IGNORECASE)  # of some lines
_WHOLE = re.compile("总|grand|overall", re.IGNORECASE)  # of a side


def comes_to(line: Line, lines: Sequence[Line]) -> Money | None:
    """What the lines of a stated total come to where that is something else; None where it is right.

    A total may be that of its side, with or without what was carried over; one that does not name the whole also of its
    category, of all lines above it, or of those since the total before. `lines` are all of the statement.
    """
    side = [one for one in lines if (one.fund, one.side) == (line.fund, line.side)]
    counted = [one for one in side if not one.is_total]
    category = [one for one in counted if one.category == line.category]
    above = [one for one in counted if one.position < line.position]
    since = max(
        (one.position for one in side if one.kind is LineKind.total and one.position < line.position), default=0
    )
    whole = [counted, [one for one in side if one.kind is not LineKind.total]]
    parts = [category, above, [one for one in above if one.position > since]]
    names = f"{line.item.zh} {line.item.en}"
    sums = [total(one.amount for one in some) for some in (*whole, *([] if _WHOLE.search(names) else parts))]
    if line.amount in sums:
        return None
    return sums[2] if _PARTLY.search(names) and len(sums) > 2 else sums[0]


def closes_at(table: FundTable) -> Money | None:
    """What is left of a fund where the file says something else; None where it is right, or does not say."""
    return None if table.closing in (None, table.left, table.result) else table.left


def doubles(lines: Sequence[Line]) -> list[Line]:
    """Counted lines that equal the sum of at least two others, so that these may be counted twice.

    The others are all of their side, all of their category there, or those above since the last total, named or not.
    """
    counted = [line for line in lines if not line.is_total]
    of_side = _Sums(counted, lambda line: (line.fund, line.side))
    of_category = _Sums(counted, lambda line: (line.fund, line.side, line.category))
    above: dict[object, list[Money]] = {}
    found = []
    for line in sorted(lines, key=lambda line: line.position):
        block = above.setdefault((line.fund, line.side), [])
        if line.is_total:
            block.clear()
        elif line.amount and (of_side.doubled(line) or of_category.doubled(line) or _adds_up(line, block)):
            found.append(line)
            block.clear()
        else:
            block.append(line.amount)
    return found


def _adds_up(line: Line, block: Sequence[Money]) -> bool:
    return len(block) > 1 and total(block) == line.amount


class _Sums:
    """Sums of lines by what they have in common."""

    def __init__(self, lines: Sequence[Line], common: Callable[[Line], object]) -> None:
        self.common = common
        self.count, self.fen = Counter[object](), Counter[object]()
        for line in lines:
            self.count[common(line)] += 1
            self.fen[common(line)] += line.amount.fen

    def doubled(self, line: Line) -> bool:
        """Whether a line equals the sum of all others, of which there are two at least."""
        key = self.common(line)
        return self.count[key] > 2 and self.fen[key] == 2 * line.amount.fen
