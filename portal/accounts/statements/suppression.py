"""Groups of homes that are too small to report, because single homes could be recognised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Group = Mapping[Any, int]  # what each home of the group adds
SMALL = 5  # people who know them could identify fewer than this


def few(count: int) -> bool:
    """Whether there are so few that people who know them could identify them."""
    return 0 < count < SMALL


def told_apart(now: Sequence[Group], then: Sequence[Group]) -> list[bool]:
    """Which groups differ from an earlier state in 1 to SMALL - 1 homes.

    Whoever kept the earlier sums could compute by subtraction what came or went with these homes.
    """
    return [any(few(_changed(group, earlier)) for earlier in then) for group in now]


def _changed(group: Group, earlier: Group) -> int:
    return sum(group.get(home) != earlier.get(home) for home in {*group, *earlier})


def suppressed(counts: Sequence[int | None], also: Sequence[bool] = ()) -> list[bool]:
    """Which groups are withheld: those of 1 to SMALL - 1, those hidden `also`, and the next smallest if needed.

    The last is needed so that subtraction from the total reveals no group. Without a small group nothing is withheld.
    """
    known = [count or 0 for count in counts]
    hidden = [few(count) or (count > 0 and any(also[n : n + 1])) for n, count in enumerate(known)]
    together = sum(count for count, hide in zip(known, hidden, strict=True) if hide)
    if any(hidden) and (together < SMALL or sum(hidden) == 1):
        rest = [n for n, hide in enumerate(hidden) if not hide and known[n] > 0]
        if rest:
            hidden[min(rest, key=lambda n: (known[n], n))] = True
    return hidden
