"""What a paper to a debtor states: the home, who owes, and each charge with its basis and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from portal.communities.companies import creditor_of
from portal.communities.creditor import Paper
from portal.db import fetch, fetch_one
from portal.kit.bilingual import Bilingual
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.states import DebtorStanding
from portal.units.standing import Member, members_of, standing_of

_LINES = """
SELECT l.amount AS billed, w.fen - l.amount AS corrected, w.fen - w.outstanding AS paid,
  b.number AS bill, b.period, l.first_month, l.last_month, i.name_zh, i.name_en, b.due_on, w.outstanding, w.held,
  l.quantity, l.rate, l.months, t.per, t.source, u.name AS unit
FROM bill b JOIN bill_line l ON l.bill = b.id JOIN line_balance w ON w.line = l.id AND w.outstanding > w.held
JOIN charge_item i ON i.id = l.item LEFT JOIN tariff t ON t.id = l.tariff JOIN unit u ON u.id = b.unit
WHERE b.debtor = $1 AND b.due_on < $2 AND NOT w.replaced ORDER BY b.due_on, b.number, l.position
"""
_HEAD = """
SELECT d.community, c.contract_ref, u.name AS unit FROM debtor d
JOIN community c ON c.id = d.community JOIN unit u ON u.id = d.unit WHERE d.id = $1
"""

# A letter l of a case k outlives its sum when anything that it asks for was paid, credited or held since: less of one
# of its bills may be chased, other money lies there as credit, or everything is on hold. It does not come back when a
# hold ends and a newer one of its kind was written meanwhile.
SUPERSEDED = """
(EXISTS (SELECT FROM letter n WHERE n.arrears_case = l.arrears_case AND n.kind = l.kind AND n.number > l.number)
 OR EXISTS (SELECT FROM (SELECT (x->>'bill')::bigint AS number, sum((x->>'amount')::bigint) AS asked
    FROM jsonb_array_elements(l.facts->'lines') x GROUP BY 1) q
  JOIN bill b ON b.debtor = k.debtor AND b.number = q.number
  WHERE q.asked > (SELECT coalesce(sum(w.outstanding - w.held) FILTER (WHERE NOT w.replaced), 0) FROM line_balance w
    WHERE w.bill = b.id))
 OR (SELECT coalesce(sum(c.amount), 0) FROM credit c WHERE c.debtor = k.debtor) <> (l.facts->>'credit')::bigint
 OR EXISTS (SELECT FROM hold h WHERE h.debtor = k.debtor AND h.line IS NULL AND h.released_at IS NULL))
"""


@dataclass(frozen=True)
class AskedLine:
    """A charge that a paper asks for; `bill` is the number of its bill."""

    item: Bilingual
    period: Month
    bill: int
    due_on: date
    amount: Money


def asked_lines(facts: Mapping[str, Any]) -> list[AskedLine]:
    """What a paper with these `stated_facts` asks for, charge by charge."""
    return [
        AskedLine(
            Bilingual(line["zh"], line["en"]),
            Month.parse(line["period"]),
            line["bill"],
            date.fromisoformat(line["due_on"]),
            Money(line["amount"]),
        )
        for line in facts["lines"]
    ]


def named(member: Member) -> str:
    """Somebody who owes as a paper names them: an heir with whose heir they are."""
    return f"{member.name}（{member.whose}的继承人）" if member.standing is DebtorStanding.heir else member.name


async def stated_facts(debtor: UUID, on: date, paper: Paper) -> dict[str, object]:
    """The company, the home, who can be addressed, and each line past its date with what is asked of it (fen) now.

    Part of the caller's unit of work. Raises Refused when the company is not known as this paper must name it.
    """
    head = await fetch_one(_HEAD, debtor)
    assert head
    creditor = await creditor_of(head["community"])
    creditor.must_fill(paper)
    members = (await members_of([debtor], [on]))[debtor]
    reached = [member for member in members if member.reachable]
    lines = [
        {
            "bill": line["bill"],
            "period": line["period"],
            "first": line["first_month"],
            "last": line["last_month"],
            "zh": line["name_zh"],
            "en": line["name_en"],
            "due_on": line["due_on"].isoformat(),
            "amount": line["outstanding"] - line["held"],
            "billed": line["billed"],
            "corrected": line["corrected"],
            "paid": line["paid"],
            "held": line["held"],
            "quantity": line["quantity"],
            "rate": line["rate"],
            "months": line["months"],
            "per": line["per"],
            "source": line["source"],
        }
        for line in await fetch(_LINES, debtor, on)
    ]
    return {
        "estate": creditor.estate,
        "creditor": creditor.as_facts(),
        "unit": head["unit"],
        "owners": "、".join(named(member) for member in reached),
        "standing": standing_of(members).value,
        "addresses": [f"{member.name}：{member.address}" for member in reached if member.address],
        "hotline": creditor.telephone,
        "contract": head["contract_ref"],
        "lines": lines,
    }
