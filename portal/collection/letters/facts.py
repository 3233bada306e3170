"""The facts in a letter to a debtor: home, recipients, charges with their basis, amount requested."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from portal.arrears.cases.reaching import NOBODY
from portal.collection.letters.explanation import calculation
from portal.fees.bills.explanation import story_of
from portal.homes.units.standing import Member, members_of, standing_of
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_, Bilingual
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.estates.creditor import Paper
from portal.people.estates.queries import creditor_of
from portal.people.persons.states import DebtorStanding
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value

NO_ADDRESS = N_(
    "No postal address on file for %(names)s. The home is no longer theirs, so no letter goes there. "
    "Record their address under “Debtors”."
)

_LINES = """
SELECT l.amount AS billed, w.fen - l.amount AS corrected, w.fen - o.outstanding + o.covered AS paid, o.covered,
  b.number AS bill, b.period, l.first_month, l.last_month, i.name_zh, i.name_en, b.due_on, o.held,
  o.outstanding - o.held - o.covered AS amount, t.source, l.facts
FROM owed_by($1) o JOIN bill b ON b.id = o.bill JOIN bill_line l ON l.id = o.line JOIN line_balance w ON w.line = l.id
JOIN charge_item i ON i.id = l.item LEFT JOIN tariff t ON t.id = l.tariff
WHERE o.due_on < $2 AND o.outstanding > o.held + o.covered AND NOT o.fund ORDER BY b.due_on, b.number, l.position
"""
_HEAD = """
SELECT d.community, c.contract_ref, u.name AS unit FROM debtor d
JOIN community c ON c.id = d.community JOIN unit u ON u.id = d.unit WHERE d.id = $1
"""

# What stands beside the lines: what credit covers of everything past its date, and what is owed to the maintenance fund
# for which months. The fund belongs to all owners: no paper of the company sums it, and a notice names it apart.
_BESIDE = """
SELECT coalesce(sum(o.covered), 0)::bigint AS covered,
  sum(o.outstanding - o.held) FILTER (WHERE o.fund)::bigint AS fund,
  min(l.first_month) FILTER (WHERE o.fund) AS first, max(l.last_month) FILTER (WHERE o.fund) AS last
FROM owed_by($1) o JOIN bill_line l ON l.id = o.line WHERE o.due_on < $2 AND o.outstanding > o.held
"""

# On which day somebody else owned a home after the last day of an owner, and on which day somebody had died.
_PASSED_ON = """
SELECT min(o.starts_on) FROM debtor d JOIN occupancy o ON o.unit = d.unit AND o.role IN ('owner', 'co_owner')
WHERE d.id = $1 AND o.person <> $2 AND o.starts_on > $3
"""
_DIED = "SELECT since FROM person_standing WHERE person = $1 AND standing = 'deceased' ORDER BY at DESC LIMIT 1"

# A letter l of a case k outlives its sum when anything that it asks for was paid, credited or held since: less of one
# of its bills may be chased, or everything is on hold. It does not come back when a
# hold ends and a newer one of its kind was written meanwhile.
SUPERSEDED = """
(EXISTS (SELECT FROM letter n WHERE n.arrears_case = l.arrears_case AND n.kind = l.kind AND n.number > l.number)
 OR EXISTS (SELECT FROM (SELECT (x->>'bill')::bigint AS number, sum((x->>'amount')::bigint) AS asked
    FROM jsonb_array_elements(l.facts->'lines') x GROUP BY 1) q
  LEFT JOIN (SELECT o.number, sum(o.outstanding - o.held - o.covered) AS asked FROM owed_by(k.debtor) o
    WHERE NOT o.fund GROUP BY 1) n ON n.number = q.number
  WHERE q.asked > coalesce(n.asked, 0))
 OR EXISTS (SELECT FROM hold h WHERE h.debtor = k.debtor AND h.line IS NULL AND h.released_at IS NULL))
"""


@dataclass(frozen=True)
class AskedLine:
    """A charge in a letter or claim; `bill` is the number of its bill."""

    item: Bilingual
    period: Month
    bill: int
    due_on: date
    amount: Money


def asked_lines(facts: Mapping[str, Any]) -> list[AskedLine]:
    """The charges in `stated_facts`, one by one."""
    return [
        AskedLine(
            item=Bilingual(line["zh"], line["en"]),
            period=Month.parse(line["period"]),
            bill=line["bill"],
            due_on=date.fromisoformat(line["due_on"]),
            amount=Money(line["amount"]),
        )
        for line in facts["lines"]
    ]


def named(member: Member) -> str:
    """A debtor as documents name them; an heir with the name of the deceased."""
    return f"{member.name}（{member.whose}的继承人）" if member.standing is DebtorStanding.heir else member.name


def written_to(members: Sequence[Member]) -> list[Member]:
    """The debtors to whom a letter can be sent. Raises Refused with all their names if it can be sent to nobody."""
    result = [member for member in members if member.gets_letters]
    if members and not result:
        raise Refused(NO_ADDRESS, names=tuple(named(member) for member in members))
    return result


async def _besides_owners(debtor: UUID, members: Sequence[Member]) -> list[dict[str, object]]:
    """For debtors who are not simply owners: until when they owned it, or whose heirs they are; ISO days or None."""
    result = []
    for one in members:
        passed_on = died = None
        if one.standing is DebtorStanding.former and one.since:
            passed_on = await fetch_value(_PASSED_ON, debtor, one.person, one.since)
        if one.standing is DebtorStanding.heir:
            died = await fetch_value(_DIED, one.person) or one.since
        if one.standing is not DebtorStanding.owner:
            days = {"from": one.owned_from, "until": one.since, "passed_on": passed_on, "died": died}
            dates = {name: day.isoformat() if day else None for name, day in days.items()}
            result.append({"name": one.name, "whose": one.whose, "standing": one.standing.value, **dates})
    return result


async def stated_facts(debtor: UUID, on: date, paper: Paper) -> dict[str, object]:
    """The company, the home, who can be addressed, and each line past due with the sum asked for it now (fen).

    What credit covers of a line counts as paid; `covered` is what it covers of all that is past due. For the
    maintenance fund it only has the debt and its months.

    Part of the caller's unit of work. Raises Refused if details of the company that this document must name are
    missing, and for a letter that could be sent to nobody.
    """
    head, beside = await fetch_one(_HEAD, debtor), await fetch_one(_BESIDE, debtor, on)
    assert head and beside
    creditor = await creditor_of(head["community"])
    creditor.must_fill(paper)
    members = (await members_of([debtor], [on]))[debtor]
    reached = [member for member in members if member.reachable]
    if paper is Paper.letter:
        reached = written_to(reached)
    lines = [
        {
            "bill": line["bill"],
            "period": line["period"],
            "first": line["first_month"],
            "last": line["last_month"],
            "zh": line["name_zh"],
            "en": line["name_en"],
            "due_on": line["due_on"].isoformat(),
            "amount": line["amount"],
            "billed": line["billed"],
            "corrected": line["corrected"],
            "paid": line["paid"],
            "covered": line["covered"],
            "held": line["held"],
            "calculation": calculation(story_of(json.loads(line["facts"])), Money(line["billed"])),
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
        "besides": await _besides_owners(debtor, reached),
        "addresses": [f"{member.name}：{member.address}" for member in reached if member.address],
        "hotline": creditor.telephone,
        "contract": head["contract_ref"],
        "lines": lines,
        "covered": beside["covered"],
        "fund": {"amount": beside["fund"], "first": beside["first"], "last": beside["last"]}
        if beside["fund"]
        else None,
    }


WHICH = N_("Several people owe this jointly, and each needs a separate proof of delivery. Choose the recipient.")
NOT_ONE = N_(
    "This letter is not addressed to that person. A tenant, a neighbour or a colleague cannot receive it for them."
)
YOURS = N_("You cannot record the delivery of a letter to yourself. Ask a colleague.")

# Of a letter l of a case k: whether a proof of it is there for each of those who owe and live.
ARRIVED = """
(NOT EXISTS (SELECT FROM debtor_member am LEFT JOIN person_now an ON an.person = am.person
   WHERE am.debtor = k.debtor AND an.standing IS DISTINCT FROM 'deceased' AND NOT EXISTS (
     SELECT FROM letter_proof ap JOIN contact ao ON ao.id = ap.contact
     WHERE ap.letter = l.id AND ao.proves AND ao.person = am.person))
 AND EXISTS (SELECT FROM letter_proof ap JOIN contact ao ON ao.id = ap.contact WHERE ap.letter = l.id AND ao.proves))
"""


async def recipients_of(debtor: UUID, on: date) -> list[Member]:
    """Debtors who are alive, or an heir in their place; in the caller's transaction."""
    members = (await members_of([debtor], [on]))[debtor]
    return [member for member in members if member.standing is not DebtorStanding.deceased]


def chosen(recipients: Sequence[Member], person: UUID | None, human: UUID) -> Member:
    """The recipients of a delivery by `human`. Raises Refused if none is alive, Invalid if it is not to this person."""
    if not recipients:
        raise Refused(NOBODY)
    if person is None and len(recipients) > 1:
        raise Invalid("person", WHICH)
    first = next((one for one in recipients if person in (None, one.person)), None)
    if first is None:
        raise Invalid("person", NOT_ONE)
    if first.human == human:
        raise Invalid("person", YOURS)
    return first


async def is_staff(human: UUID, community: int) -> bool:
    """Whether somebody works for an estate: if they open a letter themselves, it proves nothing."""
    return bool(
        await fetch_value("SELECT EXISTS (SELECT FROM staff WHERE human = $1 AND community = $2)", human, community)
    )
