"""Lists page by page: how many pages there are, and where one begins."""

from __future__ import annotations


def pages(found: int, each: int) -> int:
    """How many pages so many things fill; at least one, because an empty list is a page, too."""
    return -(-found // each) or 1


def offset(page: int, each: int) -> int:
    """How many things stand before a page; a number below one is the first."""
    return (max(page, 1) - 1) * each
