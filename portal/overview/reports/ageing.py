"""How old arrears are, and the stages of their cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from portal.accounts.statements.suppression import suppressed, told_apart
from portal.arrears.cases.states import RUNGS, Reason
from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money
from portal.kit.period import Month
from portal.overview.reports.rules import FEW, Report, ReportRow
from portal.platform.db.planner import survey


class Age(StrEnum):
    """How many days a sum is overdue; the first four are those of the ladder."""

    not_due = "not_due"
    to_15 = "to_15"
    to_30 = "to_30"
    to_60 = "to_60"
    to_180 = "to_180"
    to_365 = "to_365"
    older = "older"


# As in the books of that day: with corrections made and payments received by then.
_AGES = """
WITH got AS (
  SELECT a.line, sum(a.amount) AS fen FROM allocation a JOIN payment p ON p.id = a.payment
  WHERE a.community = ANY($1) AND p.community = ANY($1) AND p.received_on <= $2 GROUP BY a.line
), adjusted AS (
  SELECT a.line, sum(a.amount) AS fen FROM adjustment a JOIN community c ON c.id = a.community
  WHERE a.community = ANY($1) AND (a.created_at AT TIME ZONE c.timezone)::date <= $2 GROUP BY a.line
), line AS (
  SELECT b.unit, $2::date - b.due_on AS days, l.amount + coalesce(j.fen, 0) - coalesce(g.fen, 0) AS owed
  FROM bill_line l JOIN bill b ON b.id = l.bill LEFT JOIN got g ON g.line = l.id LEFT JOIN adjusted j ON j.line = l.id
  LEFT JOIN bill r ON r.replaces = b.id AND r.issued_on <= $2 AND r.community = ANY($1)
  WHERE l.community = ANY($1) AND b.community = ANY($1) AND b.issued_on <= $2 AND r.id IS NULL
)
SELECT CASE WHEN days <= 0 THEN 'not_due' WHEN days <= 15 THEN 'to_15' WHEN days <= 30 THEN 'to_30'
  WHEN days <= 60 THEN 'to_60' WHEN days <= 180 THEN 'to_180' WHEN days <= 365 THEN 'to_365' ELSE 'older' END AS age,
  unit, sum(owed)::bigint AS owed
FROM line WHERE owed > 0 GROUP BY 1, 2
"""
_REASONS = """
SELECT r.reason, count(*) AS cases FROM arrears_case k LEFT JOIN LATERAL (
  SELECT reason FROM case_reason WHERE arrears_case = k.id ORDER BY at DESC, id DESC LIMIT 1) r ON true
WHERE k.community = ANY($1) AND k.state <> 'closed' GROUP BY 1
"""


async def ageing_report(communities: Sequence[int], on: date, *, discreet: bool = False) -> Report:
    """The debt on a day by days overdue; in the caller's transaction.

    `discreet` withholds groups of 1 to SMALL - 1 homes, groups from which one could be computed by subtraction, and
    those that differ by so few homes from the end of the month before.
    """
    groups = await _groups(communities, on)
    hidden = [False] * len(groups)
    if discreet:
        before = await _groups(communities, (Month.of(on) + -1).last)
        hidden = suppressed([len(group) for group in groups], told_apart(groups, before))
    return told_by_age(_sums(groups), on, hidden)


async def owed_by_age(communities: Sequence[int], on: date) -> list[tuple[int, Money]]:
    """The number of homes and their debt at each Age, on a day; in the caller's transaction."""
    return _sums(await _groups(communities, on))


def told_by_age(sums: Sequence[tuple[int, Money]], on: date, hidden: Sequence[bool] = (False,) * len(Age)) -> Report:
    """The debt on a day, homes and sum of each Age, without those to be withheld."""
    rows = [
        ReportRow(age, (None, None) if hide else (homes, owed), None if hide else owed.fen)
        for age, (homes, owed), hide in zip(Age, sums, hidden, strict=True)
    ]
    return Report(
        code="ageing",
        title=N_("Ageing of arrears"),
        meaning=Sentence(
            N_(
                "Everything billed and unpaid on %(day)s, by days overdue. Amounts on hold or covered by credit "
                "are included."
            ),
            {"day": on},
        ),
        heads=(N_("Days overdue"), N_("Number of homes"), N_("Owed")),
        rows=rows,
        notes=(FEW,) if any(hidden) else (),
    )


def _sums(groups: Sequence[dict[UUID, int]]) -> list[tuple[int, Money]]:
    return [(len(group), Money(sum(group.values()))) for group in groups]


async def _groups(communities: Sequence[int], on: date) -> list[dict[UUID, int]]:
    """The debt of each home, in fen, by age."""
    result: dict[str, dict[UUID, int]] = {age.value: {} for age in Age}
    for row in await survey(_AGES, list(communities), on):
        result[row["age"]][row["unit"]] = row["owed"]
    return list(result.values())


def stage_report(by_stage: dict[int, int]) -> Report:
    """The number of cases at each stage."""
    rows = [ReportRow(rung, (by_stage.get(stage, 0),), by_stage.get(stage, 0)) for stage, rung in enumerate(RUNGS)]
    return Report(
        "stages",
        N_("Cases by stage"),
        Sentence(N_("Cases with overdue amounts, by stage.")),
        (N_("Stage"), N_("Cases")),
        rows,
    )


async def reason_report(communities: Sequence[int]) -> Report:
    """Why debtors do not pay, as staff last understood it; in the caller's transaction."""
    counts: Counter[str] = Counter()
    for row in await survey(_REASONS, list(communities)):
        counts[row["reason"] or Reason.unknown.value] += row["cases"]
    rows = [ReportRow(reason, (counts[reason],), counts[reason]) for reason in Reason if counts[reason]]
    return Report(
        "reasons",
        N_("Reasons for arrears"),
        Sentence(N_("Open cases, by the latest reason recorded.")),
        (N_("Reason"), N_("Cases")),
        rows,
    )
