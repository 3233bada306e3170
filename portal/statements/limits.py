"""By when a question on published accounts is answered where an estate lies (domain.md 1.5, table r1)."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from pathlib import Path


def answer_due(jurisdiction: str, asked_on: date) -> date:
    """The last day for an answer: so many calendar days, by the estate's own or a wider place of reply_limits.csv."""
    known, parts = _limits(), jurisdiction.split("-")
    found = (known[place] for n in range(len(parts), 0, -1) if (place := "-".join(parts[:n])) in known)
    return asked_on + timedelta(days=next(found, known["CN"]))


@cache
def _limits() -> dict[str, int]:
    with Path(__file__).with_name("reply_limits.csv").open(encoding="utf-8") as file:
        return {row["jurisdiction"]: int(row["days"]) for row in csv.DictReader(file)}
