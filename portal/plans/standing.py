"""What was promised in plans, and what has happened to their lines since: the facts for the pure rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.db import fetch
from portal.kit.money import Money, total
from portal.plans.rules import Change, Part, PlannedLine


@dataclass(frozen=True)
class Promise:
    """A plan's parts, its lines, and the changes of what they owe since it was agreed (none before)."""

    parts: tuple[Part, ...]
    lines: tuple[PlannedLine, ...]
    changes: tuple[Change, ...]


_CHANGES = """
WITH l AS (
  SELECT pl.plan, pl.line, p.agreed_at, c.timezone FROM plan_line pl JOIN plan p ON p.id = pl.plan
  JOIN community c ON c.id = p.community WHERE pl.plan = ANY($1::uuid[]) AND p.agreed_at IS NOT NULL)
SELECT l.plan, l.line, (a.created_at AT TIME ZONE l.timezone)::date AS on_day, a.amount, true AS paid, a.created_at
FROM l JOIN allocation a ON a.line = l.line AND a.created_at >= l.agreed_at
UNION ALL
SELECT l.plan, l.line, (a.created_at AT TIME ZONE l.timezone)::date, -a.amount, false, a.created_at
FROM l JOIN adjustment a ON a.line = l.line AND a.created_at >= l.agreed_at
ORDER BY created_at, line
"""


async def promises_of(plans: Sequence[UUID]) -> dict[UUID, Promise]:
    """The promises of some plans, in the running unit of work. `owed` of a line is what it owed at the agreement."""
    parts: dict[UUID, list[Part]] = defaultdict(list)
    for row in await fetch(
        "SELECT plan, number, due_on, amount FROM plan_instalment WHERE plan = ANY($1::uuid[]) ORDER BY plan, number",
        list(plans),
    ):
        parts[row["plan"]].append(Part(row["number"], row["due_on"], Money(row["amount"])))
    changes: dict[UUID, list[Change]] = defaultdict(list)
    for row in await fetch(_CHANGES, list(plans)):
        changes[row["plan"]].append(Change(row["line"], row["on_day"], Money(row["amount"]), row["paid"]))
    lines: dict[UUID, list[PlannedLine]] = defaultdict(list)
    for row in await fetch(
        "SELECT pl.plan, pl.line, pl.amount, lb.outstanding FROM plan_line pl JOIN line_balance lb ON lb.line = pl.line"
        " WHERE pl.plan = ANY($1::uuid[]) ORDER BY pl.plan, pl.line",
        list(plans),
    ):
        since = total(change.amount for change in changes[row["plan"]] if change.line == row["line"])
        owed = Money(row["outstanding"]) + since
        lines[row["plan"]].append(PlannedLine(row["line"], Money(row["amount"]), owed))
    return {plan: Promise(tuple(parts[plan]), tuple(lines[plan]), tuple(changes[plan])) for plan in plans}
