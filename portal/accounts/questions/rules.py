"""The deadline for answering a question, which depends on the estate's place."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from portal.people.estates.rules import said_of

LIMITS = Path(__file__).with_name("reply_limits.csv")
DAYS = 7  # also outside China, which the table does not cover


def answer_due(jurisdiction: str, asked_on: date) -> date:
    """The last day for an answer: so many calendar days, as in reply_limits.csv."""
    return asked_on + timedelta(days=int(said_of(LIMITS, jurisdiction, "days") or DAYS))
