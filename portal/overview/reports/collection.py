"""How much of the fees was paid, for the chosen months and for older arrears."""

from __future__ import annotations

from collections.abc import Sequence

from portal.fees.ledger.rules import FUND_OF_KIND
from portal.fees.ledger.states import Fund
from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money
from portal.overview.reports.rules import FEW, Collection, Report, ReportRow, Span, rate
from portal.platform.db.planner import survey

# Other people's money is no fee: passed through, set aside for repairs, deposits, or income of common areas.
FEES = [kind for kind, fund in FUND_OF_KIND.items() if fund is Fund.service]
# Grouped once and joined, not looked up line by line: years of an estate are hundreds of thousands of lines.
_SUMS = """
WITH got AS (
  SELECT a.line, coalesce(sum(a.amount) FILTER (WHERE p.received_on < $5), 0) AS before,
    coalesce(sum(a.amount) FILTER (WHERE p.received_on >= $5), 0) AS within
  FROM allocation a JOIN payment p ON p.id = a.payment
  WHERE a.community = ANY($1) AND p.community = ANY($1) AND p.received_on <= $6 GROUP BY a.line
), adjusted AS (
  SELECT line, sum(amount) AS fen FROM adjustment WHERE community = ANY($1) GROUP BY line
), told AS (
  SELECT l.unit, b.period >= $3 AND b.kind <> 'opening' AS own, l.amount + coalesce(j.fen, 0) AS billed,
    coalesce(g.before, 0) AS paid_before, coalesce(g.within, 0) AS paid
  FROM bill_line l JOIN bill b ON b.id = l.bill JOIN charge_item i ON i.id = l.item
  LEFT JOIN got g ON g.line = l.id LEFT JOIN adjusted j ON j.line = l.id
  LEFT JOIN bill r ON r.replaces = b.id AND r.community = ANY($1)
  WHERE l.community = ANY($1) AND b.community = ANY($1) AND i.kind = ANY($2) AND b.kind <> 'late_charge'
   AND b.period <= $4 AND r.id IS NULL
), home AS (
  SELECT unit, own, sum(billed)::bigint AS billed, sum(paid_before)::bigint AS paid_before, sum(paid)::bigint AS paid
  FROM told GROUP BY unit, own
)
SELECT coalesce(sum(billed) FILTER (WHERE own), 0)::bigint AS billed,
  coalesce(sum(paid_before + paid) FILTER (WHERE own), 0)::bigint AS received,
  coalesce(sum(greatest(billed - paid_before, 0)) FILTER (WHERE NOT own), 0)::bigint AS owed_before,
  coalesce(sum(paid) FILTER (WHERE NOT own), 0)::bigint AS recovered,
  count(*) FILTER (WHERE own AND billed > 0) AS homes,
  count(*) FILTER (WHERE own AND billed > 0 AND paid_before + paid >= billed) AS homes_paid,
  count(*) FILTER (WHERE NOT own AND billed > paid_before) AS homes_before,
  count(*) FILTER (WHERE NOT own AND paid > 0) AS homes_recovered
FROM home
"""
WHOLE = 1000  # a bar is in per mille, so that rates are compared and not sums
MEANING = N_(
    "Fees means service fees, parking, refuse and other services. Utilities passed on, the "
    "maintenance fund, deposits, common-area income and prepayments for later months are not "
    "counted. Corrections are deducted."
)


async def collection_of(communities: Sequence[int], span: Span) -> Collection:
    """Fees of the service months, and what payments received by their last day paid of them; arrears likewise.

    In the caller's unit of work.
    """
    first, last = str(span.first), str(span.last)
    [row] = await survey(_SUMS, list(communities), FEES, first, last, span.starts_on, span.ends_on)
    billed, received, owed, recovered = (
        Money(row[name]) for name in ("billed", "received", "owed_before", "recovered")
    )
    homes = (row[name] for name in ("homes", "homes_paid", "homes_before", "homes_recovered"))
    return Collection(billed, received, owed, recovered, *homes)


def collection_report(collection: Collection, *, discreet: bool = False) -> Report:
    """The three rates with their parts. `discreet` withholds figures that reveal 1 to SMALL - 1 homes."""
    own, old = (discreet and few for few in (collection.few_now, collection.few_before))
    both = (collection.billed + collection.owed_before, collection.received + collection.recovered)
    rows = [
        (N_("Current collection rate"), collection.billed, collection.received, own),
        (N_("Recovery rate"), collection.owed_before, collection.recovered, old),
        (N_("Combined rate"), *both, own or old),
    ]
    return Report(
        code="collection",
        title=N_("Collection"),
        meaning=Sentence(MEANING),
        heads=(N_("Measure"), N_("Receivable"), N_("Received"), N_("Percentage")),
        rows=[
            ReportRow(
                Sentence(name),
                (None, None, None) if hide else (due, got, rate(got, due)),
                None if hide else _bar(got, due),
            )
            for name, due, got, hide in rows
        ],
        notes=(
            Sentence(N_("Current: the share of these months' fees paid by the last day.")),
            Sentence(N_("Old: the share of earlier arrears paid in these months.")),
            *_of_homes(collection, hidden=own),
            *((FEW,) if own or old else ()),
        ),
        full=WHOLE,
    )


def _of_homes(collection: Collection, *, hidden: bool) -> list[Sentence]:
    sentence = N_("%(paid)s of %(homes)s homes have paid these months in full.")
    return [] if hidden else [Sentence(sentence, {"paid": collection.homes_paid, "homes": collection.homes})]


def _bar(part: Money, whole: Money) -> int:
    return max(min(WHOLE * part.fen // whole.fen, WHOLE), 0) if whole.fen > 0 else 0
