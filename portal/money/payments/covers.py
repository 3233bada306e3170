"""What credit covers, as a part of statements that go over many debtors: only who has credit is looked at closely."""

from __future__ import annotations


def covers(of: str) -> str:
    """A table expression of (line, covered) for the credit that meets a condition on its row."""
    return (
        "(SELECT o.line, o.covered FROM (SELECT debtor FROM credit WHERE " + of + " GROUP BY debtor"
        " HAVING sum(amount) > 0) d CROSS JOIN LATERAL owed_by(d.debtor) o WHERE o.covered > 0)"
    )
