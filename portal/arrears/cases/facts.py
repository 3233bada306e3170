"""The facts that a case is computed from, read from the view of balances."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from portal.arrears.cases.rules import Before, Debt, Facts, Standing, less_owed, look
from portal.arrears.cases.states import CaseState
from portal.arrears.ladder.rules import Ladder
from portal.care.holds.queries import pauses_of
from portal.kit.money import ZERO, Money
from portal.platform.db.unit_of_work import fetch

_DEBTS = """
SELECT w.debtor, o.line, o.due_on, o.outstanding - o.covered AS outstanding, o.held, h.debtor IS NOT NULL AS whole
FROM unnest($1::uuid[], $2::date[]) AS w(debtor, on_day)
CROSS JOIN LATERAL owed_by(w.debtor) o
LEFT JOIN (SELECT DISTINCT g.debtor FROM unnest($1::uuid[], $2::date[]) AS g(debtor, on_day)
  JOIN hold o ON o.debtor = g.debtor AND o.line IS NULL AND o.released_at IS NULL
   AND (o.until IS NULL OR o.until >= g.on_day)) h ON h.debtor = w.debtor
WHERE o.due_on < w.on_day AND o.outstanding > o.covered AND NOT o.fund
ORDER BY o.due_on, o.number, o.position
"""
_BEFORE = """
SELECT DISTINCT ON (s.arrears_case) s.arrears_case, s.state, s.stage, s.facts, s.at,
  s.changed_on FROM case_stage s
WHERE s.arrears_case = ANY($1::uuid[]) ORDER BY s.arrears_case, s.changed_on DESC, s.at DESC
"""
_REDUCED = """
SELECT w.debtor, max((x.at AT TIME ZONE c.timezone)::date) AS on_day
FROM unnest($1::uuid[], $2::timestamptz[]) AS w(debtor, since) JOIN debtor d ON d.id = w.debtor
JOIN community c ON c.id = d.community
JOIN LATERAL (SELECT a.created_at AS at FROM bill b JOIN bill_line l ON l.bill = b.id
    JOIN allocation a ON a.line = l.id AND a.amount > 0 WHERE b.debtor = w.debtor
  UNION ALL SELECT a.created_at FROM bill b JOIN bill_line l ON l.bill = b.id
    JOIN adjustment a ON a.line = l.id AND a.amount < 0 WHERE b.debtor = w.debtor
  UNION ALL SELECT created_at FROM credit WHERE debtor = w.debtor AND amount > 0) x ON x.at > w.since
GROUP BY w.debtor
"""


async def facts_of(debtors: Sequence[UUID], days: Sequence[date]) -> dict[UUID, Facts]:
    """What each debtor owes the company past due on their day, net of credit, with sums and holds as they are now.

    If nothing is owed, a hold on everything is left out: there is nothing to hold.
    """
    debts: dict[UUID, list[Debt]] = defaultdict(list)
    whole = set()
    for row in await fetch(_DEBTS, list(debtors), list(days)):
        debt = Debt(
            line=row["line"], due_on=row["due_on"], outstanding=Money(row["outstanding"]), held=Money(row["held"])
        )
        debts[row["debtor"]].append(debt)
        if row["whole"]:
            whole.add(row["debtor"])
    pauses = await pauses_of(debtors)
    return {debtor: Facts(tuple(debts[debtor]), debtor in whole, pauses=pauses.get(debtor, ())) for debtor in debtors}


async def before_of(cases: Sequence[UUID]) -> dict[UUID, Before]:
    """The state of live cases at their last change."""
    result = {}
    for row in await fetch(_BEFORE, list(cases)):
        lines = {
            UUID(debt["line"]): (Money(debt["outstanding"]), Money(debt["held"]))
            for debt in json.loads(row["facts"])["debts"]
        }
        result[row["arrears_case"]] = Before(
            state=CaseState(row["state"]), stage=row["stage"], lines=lines, at=row["at"], on=row["changed_on"]
        )
    return result


async def looks_of(cases: Mapping[UUID, UUID], facts: Mapping[UUID, Facts]) -> dict[UUID, tuple[Facts, Before]]:
    """The input for looking at each live case (id to debtor): facts, the last day that reduced the debt, its past."""
    before = await before_of(list(cases))
    less = {cases[case]: was.at for case, was in before.items() if less_owed(facts[cases[case]], was)}
    rows = await fetch(_REDUCED, list(less), list(less.values())) if less else []
    days = {row["debtor"]: row["on_day"] for row in rows}
    return {case: (replace(facts[debtor], reduced_on=days.get(debtor)), before[case]) for case, debtor in cases.items()}


def kept(facts: Facts, standing: Standing, on: date) -> str:
    """The inputs and results of a change as JSON: enough to compute it again (I-C6)."""
    return json.dumps(
        {
            "debts": [
                {
                    "line": str(debt.line),
                    "due_on": debt.due_on.isoformat(),
                    "outstanding": debt.outstanding.fen,
                    "held": debt.held.fen,
                }
                for debt in facts.overdue_on(on).debts
            ],
            "whole_hold": facts.whole_hold,
            "reduced_on": facts.reduced_on.isoformat() if facts.reduced_on else None,
            "pauses": [[first.isoformat(), last.isoformat()] for first, last in facts.pauses],
            "overdue": standing.overdue.fen,
            "held": standing.held.fen,
            "days": standing.days,
            "by_days": standing.by_days,
        },
        sort_keys=True,
    )


async def standings_of(debtors: dict[UUID, UUID], on: date, ladder: Ladder) -> dict[UUID, Standing]:
    """The standing of cases (id to debtor) on a day; a case with nothing left to say is not in it."""
    looks = await looks_of(debtors, await facts_of(list(debtors.values()), [on] * len(debtors)))
    standings = {case: look(facts, before, on, ladder.terms.small_balance) for case, (facts, before) in looks.items()}
    return {case: standing for case, standing in standings.items() if standing}


_APART = """
SELECT w.debtor, sum(o.covered)::bigint AS covered,
  coalesce(sum(o.outstanding - o.held) FILTER (WHERE o.fund), 0)::bigint AS fund
FROM unnest($1::uuid[], $2::date[]) AS w(debtor, on_day) CROSS JOIN LATERAL owed_by(w.debtor) o
WHERE o.due_on < w.on_day GROUP BY w.debtor
"""


@dataclass(frozen=True)
class Apart:
    """Parts of what is past due: `covered` is covered by the debtor's credit and not asked for.

    `fund` is owed to the maintenance fund. It belongs to all owners, so the company neither chases nor claims it.
    """

    covered: Money = ZERO
    fund: Money = ZERO


async def apart_of(debtors: Sequence[UUID], days: Sequence[date]) -> dict[UUID, Apart]:
    """These parts for each debtor on their day, with sums as they are now; in the caller's transaction."""
    rows = await fetch(_APART, list(debtors), list(days)) if debtors else []
    sums = {row["debtor"]: Apart(Money(row["covered"]), Money(row["fund"])) for row in rows}
    return {debtor: sums.get(debtor, Apart()) for debtor in debtors}
