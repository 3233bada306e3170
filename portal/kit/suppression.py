"""Which groups of homes are too small to be told of: whoever knows them would know each one."""

from __future__ import annotations

from collections.abc import Sequence

SMALL = 5  # fewer of something could be told apart by those who know them


def few(count: int) -> bool:
    """Whether so many could be told apart by those who know them."""
    return 0 < count < SMALL


def suppressed(counts: Sequence[int | None]) -> list[bool]:
    """Which groups are not told: those of 1 to SMALL - 1, and the next smallest with them, so that neither
    subtraction from the sum tells one. Nothing is hidden where nothing is small.
    """
    known = [count or 0 for count in counts]
    hidden = [few(count) for count in known]
    together = sum(count for count, hide in zip(known, hidden, strict=True) if hide)
    if any(hidden) and (together < SMALL or sum(hidden) == 1):
        rest = [n for n, hide in enumerate(hidden) if not hide and known[n] > 0]
        if rest:
            hidden[min(rest, key=lambda n: (known[n], n))] = True
    return hidden
