"""What was paid after each kind of step, and how disputes ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from portal.care.disputes.facts import FIELDS, TABLES, with_clocks
from portal.care.disputes.states import Outcome, Promise
from portal.care.services.rounds import Delivered
from portal.kit import clock
from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money
from portal.overview.reports.rules import Report, ReportRow, Span, median, rate
from portal.overview.reports.states import Step
from portal.people.estates.queries import work_terms
from portal.platform.db.planner import survey

AFTER = 14  # days in which a payment is counted for the last step before it
HOUR = 3600
# Each payment on a home's lines counts for the last step before it, and for none where that was too long ago. A
# reminder is one step for its case, however many persons and channels it went to. Without a cost it is unknown.
_RECOVERED = """
WITH step AS (
  SELECT d.*, k.unit, k.debtor,
    lead(d.on_day) OVER (PARTITION BY k.unit, k.debtor ORDER BY d.on_day, d.at) AS next_day
  FROM (
    SELECT c.id, c.arrears_case, c.channel AS step, c.on_day, c.at FROM contact c WHERE c.community = ANY($1)
    UNION ALL
    SELECT min(n.id::text)::uuid, substr(n.subject, 6)::uuid, 'reminder',
      (min(n.created_at) AT TIME ZONE e.timezone)::date, min(n.created_at)
    FROM notice n JOIN community e ON e.id = n.community
    WHERE n.community = ANY($1) AND n.kind = 'arrears_reminder' AND n.subject LIKE 'case:%' GROUP BY n.subject, e.id
  ) d JOIN arrears_case k ON k.id = d.arrears_case
), paid AS (
  SELECT s.id, sum(a.amount)::bigint AS fen FROM step s
  JOIN bill b ON b.unit = s.unit AND b.debtor = s.debtor AND b.due_on < s.on_day
  JOIN bill_line l ON l.bill = b.id JOIN allocation a ON a.line = l.id JOIN payment p ON p.id = a.payment
  WHERE b.community = ANY($1) AND l.community = ANY($1) AND a.community = ANY($1) AND p.community = ANY($1)
   AND s.on_day BETWEEN $2 AND $3 AND p.received_on >= s.on_day AND p.received_on <= s.on_day + $4::int
   AND (s.next_day IS NULL OR p.received_on < s.next_day)
  GROUP BY s.id
), priced AS (
  SELECT s.step, p.fen, (SELECT c.amount FROM step_cost c JOIN arrears_case k ON k.community = c.community
    WHERE k.id = s.arrears_case AND c.step = s.step AND c.starts_on <= s.on_day
    ORDER BY c.starts_on DESC, c.at DESC LIMIT 1) AS cost
  FROM step s LEFT JOIN paid p ON p.id = s.id WHERE s.on_day BETWEEN $2 AND $3
)
SELECT step, count(*) AS steps, count(fen) FILTER (WHERE fen > 0) AS answered, coalesce(sum(fen), 0)::bigint AS fen,
  CASE WHEN count(cost) = count(*) THEN sum(cost)::bigint END AS cost FROM priced GROUP BY step
"""


async def action_report(communities: Sequence[int], span: Span) -> Report:
    """What was paid within AFTER days of each kind of step, and the costs of steps; in the caller's transaction."""
    result = {
        row["step"]: row for row in await survey(_RECOVERED, list(communities), span.starts_on, span.ends_on, AFTER)
    }
    rows = []
    for step in Step:
        if row := result.get(step):
            paid, cost = Money(row["fen"]), None if row["cost"] is None else Money(row["cost"])
            of_paid = None if cost is None else rate(cost, paid)
            shown = (row["steps"], rate(row["answered"], row["steps"]), paid, cost, of_paid)
            rows.append(ReportRow(step, shown, max(row["fen"], 0)))
    return Report(
        "actions",
        N_("Results of each step"),
        Sentence(
            N_(
                "Steps taken in these months, and how much of the overdue bills was paid within %(days)s days of "
                "each. A payment counts for the last step before it. A dash means that the cost of the step was "
                "not entered."
            ),
            {"days": AFTER},
        ),
        (
            N_("Step"),
            N_("Times"),
            N_("Followed by a payment"),
            N_("Paid"),
            N_("Cost"),
            N_("Cost per yuan recovered"),
        ),
        rows,
    )


async def outcome_report(communities: Sequence[int], span: Span) -> Report:
    """Outcomes of the disputes decided in these months, and hours until then; in the caller's transaction."""
    rows = await survey(
        "SELECT DISTINCT ON (c.dispute) c.outcome, extract(epoch FROM c.final_at - d.opened_at)::bigint AS seconds"
        " FROM decision c JOIN dispute d ON d.id = c.dispute JOIN community e ON e.id = c.community"
        " WHERE c.community = ANY($1) AND (c.final_at AT TIME ZONE e.timezone)::date BETWEEN $2 AND $3"
        " ORDER BY c.dispute, c.round DESC",
        list(communities),
        span.starts_on,
        span.ends_on,
    )
    counts = Counter(row["outcome"] for row in rows)
    hours = {outcome: [row["seconds"] // HOUR for row in rows if row["outcome"] == outcome] for outcome in Outcome}
    return Report(
        "disputes",
        N_("Dispute outcomes"),
        Sentence(N_("Disputes decided in these months, and the hours from opening to decision.")),
        (N_("Outcome"), N_("Disputes"), N_("Median hours"), N_("Longest hours")),
        [
            ReportRow(one, (counts[one], median(hours[one]), max(hours[one], default=None)), counts[one])
            for one in Outcome
        ],
    )


async def promise_report(communities: Sequence[int], span: Span) -> Report:
    """Whether the three promises of each dispute opened in these months were kept; in the caller's transaction."""
    rows = await survey(
        f"{FIELDS}{TABLES} WHERE d.community = ANY($1)"
        " AND (d.opened_at AT TIME ZONE c.timezone)::date BETWEEN $2 AND $3",
        list(communities),
        span.starts_on,
        span.ends_on,
    )
    now = clock.now()
    kept: Counter[Promise] = Counter()
    known: Counter[Promise] = Counter()
    for dispute in await with_clocks(rows, now, await work_terms(set(communities))):
        for promise in dispute.promises:
            if promise.due and (promise.done or promise.due < now):
                known[promise.what] += 1
                kept[promise.what] += bool(promise.done and promise.done <= promise.due)
    return Report(
        "promises",
        N_("Dispute deadlines met"),
        Sentence(
            N_(
                "Disputes opened in these months whose deadline has passed or was met. Time spent waiting for "
                "owners is not counted."
            )
        ),
        (N_("Promise"), N_("Disputes"), N_("Kept"), N_("Percentage")),
        [ReportRow(what, (known[what], kept[what], rate(kept[what], known[what])), kept[what]) for what in Promise],
    )


def delivered_report(letters: Sequence[Delivered]) -> Report:
    """The services promised, and those done."""
    rows = [
        ReportRow(
            Sentence("%(item)s", {"item": one.item}),
            (one.promised, one.done, one.late, one.missed, rate(one.kept, one.promised - one.due)),
            one.kept,
        )
        for one in letters
    ]
    return Report(
        "services",
        N_("Services delivered"),
        Sentence(N_("Services due in these months. The percentage leaves out those that are not due yet.")),
        (N_("Service"), N_("Promised"), N_("Done"), N_("Done late"), N_("Missed"), N_("Percentage")),
        rows,
    )
