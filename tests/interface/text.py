"""Markdown, as little of it as the page needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table, or nothing without rows."""
    if rows:
        yield _row(heads)
        yield _row(["---"] * len(heads))
        yield from (_row([cell.replace("|", "\\|") for cell in row]) for row in rows)
        yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
