"""What was agreed in plans and what has happened to their lines since, for the pure rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.care.plans.rules import Change, Part, PlannedLine, Verdict, covered, judge
from portal.kit.money import Money, total
from portal.platform.db.unit_of_work import fetch


@dataclass(frozen=True)
class Promise:
    """A plan's parts, its lines, and the changes of their debt since it was agreed (none before).

    `asked` are the parts in the owner's request if staff offered others, otherwise none. `since` is the day on which a
    broken plan was reinstated.
    """

    parts: tuple[Part, ...]
    lines: tuple[PlannedLine, ...]
    changes: tuple[Change, ...]
    asked: tuple[Part, ...] = ()
    since: date | None = None

    def covered(self, on: date) -> Money:
        """How much of the plan is covered by the end of a day."""
        return covered(self.lines, self.changes, on)

    def judge(self, on: date) -> Verdict:
        """The verdict on the morning of a day."""
        return judge(self.parts, self.lines, self.changes, on, self.since)


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

_REINSTATED = """
SELECT r.plan, (r.reinstated_at AT TIME ZONE c.timezone)::date AS on_day FROM plan_reinstatement r
JOIN community c ON c.id = r.community WHERE r.plan = ANY($1::uuid[])
"""


async def promises_of(plans: Sequence[UUID]) -> dict[UUID, Promise]:
    """The promises of some plans, in the caller's transaction. `owed` of a line is its debt at the agreement."""
    rounds = await _rounds_of(plans)
    changes: dict[UUID, list[Change]] = defaultdict(list)
    for row in await fetch(_CHANGES, list(plans)):
        changes[row["plan"]].append(
            Change(line=row["line"], on=row["on_day"], amount=Money(row["amount"]), paid=row["paid"])
        )
    lines: dict[UUID, list[PlannedLine]] = defaultdict(list)
    for row in await fetch(
        "SELECT pl.plan, pl.line, pl.amount, lb.outstanding FROM plan_line pl JOIN line_balance lb ON lb.line = pl.line"
        " WHERE pl.plan = ANY($1::uuid[]) ORDER BY pl.plan, pl.line",
        list(plans),
    ):
        since = total(change.amount for change in changes[row["plan"]] if change.line == row["line"])
        owed = Money(row["outstanding"]) + since
        lines[row["plan"]].append(PlannedLine(line=row["line"], amount=Money(row["amount"]), owed=owed))
    reinstated = {row["plan"]: row["on_day"] for row in await fetch(_REINSTATED, list(plans))}
    return {
        plan: Promise(
            parts=rounds[plan][-1],
            lines=tuple(lines[plan]),
            changes=tuple(changes[plan]),
            asked=rounds[plan][0] if len(rounds[plan]) > 1 else (),
            since=reinstated.get(plan),
        )
        for plan in plans
    }


async def _rounds_of(plans: Sequence[UUID]) -> dict[UUID, list[tuple[Part, ...]]]:
    """The parts of each offer, the valid one last: what was asked for, and what staff offered instead, if they did."""
    rounds: dict[UUID, dict[int, list[Part]]] = defaultdict(lambda: defaultdict(list))
    for row in await fetch(
        "SELECT plan, round, number, due_on, amount FROM plan_instalment WHERE plan = ANY($1::uuid[])"
        " ORDER BY plan, round, number",
        list(plans),
    ):
        rounds[row["plan"]][row["round"]].append(
            Part(number=row["number"], due_on=row["due_on"], amount=Money(row["amount"]))
        )
    return {plan: [tuple(parts) for parts in rounds[plan].values()] for plan in plans}
