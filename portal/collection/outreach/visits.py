"""What two people take to a visit: charges with their basis, work done, earlier contacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from portal.arrears.case_file.queries import CasePage, case_on_desk
from portal.arrears.cases.reaching import refuse
from portal.arrears.cases.states import ContactChannel, NextStep
from portal.care.disputes.states import DisputeReason, Outcome
from portal.care.plans.rules import LEAST, MOST, Part, schedule
from portal.collection.letters.facts import stated_facts
from portal.collection.outreach.queries import Wanted, queue_of
from portal.kit import clock
from portal.kit.errors import Missing
from portal.people.estates.creditor import Paper
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, reading

MOST_PACKS = 50
OFFERS = (LEAST, 6, MOST)  # what visitors may offer; finance or a manager still has to approve
FIRST_IN = timedelta(days=7)  # as in the form for instalments

_SERVICES = """
SELECT r.done_at, r.title, r.place, s.department FROM service_record r JOIN staff s ON s.id = r.recorded_by
WHERE r.community = $1 AND r.done_at >= $2 ORDER BY r.done_at DESC, r.id LIMIT 12
"""
_COMPLAINTS = """
SELECT d.opened_at, coalesce(i.name_zh, r.title) AS item, d.reason, d.body,
  (SELECT x.outcome FROM decision x WHERE x.dispute = d.id AND x.final_at IS NOT NULL ORDER BY x.round DESC LIMIT 1)
    AS outcome,
  (SELECT x.body FROM decision x WHERE x.dispute = d.id AND x.final_at IS NOT NULL ORDER BY x.round DESC LIMIT 1)
    AS answer
FROM dispute d LEFT JOIN bill_line l ON l.id = d.line LEFT JOIN charge_item i ON i.id = l.item
LEFT JOIN service_record r ON r.id = d.service WHERE d.debtor = $1 ORDER BY d.opened_at DESC LIMIT 8
"""


@dataclass(frozen=True)
class Work:
    """A piece of work on the estate since the oldest of these charges."""

    done_at: datetime
    title: str
    place: str
    department: str


@dataclass(frozen=True)
class Complaint:
    """A dispute of the debtor with its answer, if there is one."""

    opened_at: datetime
    item: str
    reason: DisputeReason
    body: str
    outcome: Outcome | None
    answer: str


@dataclass(frozen=True)
class Pack:
    """The papers for a visit. `facts` are those of a letter; `offers` possible instalments, none for a small sum."""

    found: CasePage
    facts: dict[str, Any]
    works: list[Work]
    complaints: list[Complaint]
    offers: list[tuple[Part, ...]]
    at: datetime


@reading
async def pack_of(by: Principal, case: UUID) -> Pack:
    """The pack of a live case.

    Raises Missing for another estate's and for a closed case; Refused for a home where the debtor does not live, and if
    details of the company that it names are missing.
    """
    case_view = await case_on_desk(by, case)
    if not case_view.case.live or not by.may(case_view.case.community, May.contact_debtors):
        raise Missing
    refuse(case_view.case.standing, ContactChannel.visit)
    oldest = case_view.case.oldest or case_view.case.on
    works = await fetch(
        _SERVICES, case_view.case.community, clock.now() - timedelta(days=(case_view.case.on - oldest).days)
    )
    complaints = await fetch(_COMPLAINTS, case_view.case.debtor)
    return Pack(
        found=case_view,
        facts=await stated_facts(case_view.case.debtor, case_view.case.on, Paper.visit),
        works=[
            Work(done_at=row["done_at"], title=row["title"], place=row["place"], department=row["department"] or "")
            for row in works
        ],
        complaints=[
            Complaint(
                opened_at=row["opened_at"],
                item=row["item"],
                reason=DisputeReason(row["reason"]),
                body=row["body"],
                outcome=Outcome(row["outcome"]) if row["outcome"] else None,
                answer=row["answer"] or "",
            )
            for row in complaints
        ],
        offers=_offers(case_view, case_view.case.on),
        at=clock.now(),
    )


def _offers(case_view: CasePage, on: date) -> list[tuple[Part, ...]]:
    if case_view.case.chaseable.fen < MOST:
        return []
    return [schedule(case_view.case.chaseable, n, on + FIRST_IN, on) for n in OFFERS]


@reading
async def packs_of_building(by: Principal, building: str) -> list[Pack]:
    """The packs of a building's homes to visit today, at most 50. Raises Missing if there are none."""
    rows = (await queue_of(by, NextStep.visit, Wanted(building=building))).rows
    if not rows:
        raise Missing
    return [await pack_of(by, row.case.id) for row in rows[:MOST_PACKS]]
