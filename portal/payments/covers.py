"""What credit covers, as a part of statements that go over many debtors: only who has credit is looked at closely."""

from __future__ import annotations


def covers(of: str) -> str:
    """A table expression of (line, covered) for the credit that meets a condition on its row."""
    return f"covered_lines(ARRAY(SELECT DISTINCT debtor FROM credit WHERE {of}))"
