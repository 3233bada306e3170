"""The owner's first page: money, dates, news, recent work, and an active plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.care.disputes import states as disputes
from portal.care.plan_pages.queries import plan_of, plans_of
from portal.care.plans import states as plans
from portal.care.plans.rows import PlanPage
from portal.care.standards.states import ServiceArea
from portal.homes.units.queries import homes_of
from portal.kit import clock
from portal.kit.facts import from_json
from portal.kit.money import Money, total
from portal.money.payments.queries import credits_of
from portal.people.notices.states import NoticeKind
from portal.people.persons.principal import Principal
from portal.platform.db.rows import as_row, fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one, reading


@dataclass(frozen=True)
class Work:
    """A piece of work done on the estate."""

    id: UUID
    area: ServiceArea
    title: str
    place: str
    done_at: datetime
    estate: str


@dataclass(frozen=True)
class News:
    """A notice to the person; `facts` as they were stored, to be worded for its reader."""

    id: UUID
    kind: NoticeKind
    facts: dict[str, Any]
    at: datetime
    opened: bool
    estate: str


@dataclass(frozen=True)
class Home:
    """The first page. `homes` are the names of homes with their estates.

    `due_on` is the next date on which something payable is due; `running` are active plans.

    Sums in a plan are not in `payable` and `overdue`: they are paid by its instalments. `overdue` leaves out what is on
    hold as a whole, as bills do. `covered` is what credit covers and is in none of these; `fund` is the part of
    `payable` for the maintenance fund.
    """

    homes: list[tuple[str, str]]
    payable: Money
    covered: Money
    fund: Money
    overdue: Money
    held: Money
    credit: Money
    due_on: date | None
    bills: int
    disputes: int
    plans: int
    running: list[PlanPage]
    news: list[News]
    work: list[Work]


# Of the lines that the persons $1 may read at the moment $2; what the lines $3 owe is paid by instalments.
_SUMS = """
WITH mine AS (
  SELECT w.bill AS id, w.due_on, w.held, w.covered, w.fund, w.outstanding - w.held - w.covered AS payable,
    ($2 AT TIME ZONE c.timezone)::date AS today, w.line = ANY($3::uuid[]) AS planned,
    EXISTS (SELECT FROM hold h WHERE h.debtor = d.id AND h.line IS NULL AND h.released_at IS NULL) AS on_hold
  FROM (SELECT b.debtor, array_agg(DISTINCT b.id) AS bills FROM bill_reader r JOIN bill b ON b.id = r.bill
    WHERE r.person = ANY($1) GROUP BY b.debtor) r JOIN debtor d ON d.id = r.debtor
  JOIN community c ON c.id = d.community CROSS JOIN LATERAL owed_by(d.id) w WHERE w.bill = ANY(r.bills))
SELECT coalesce(sum(covered), 0)::bigint AS covered,
  coalesce(sum(payable) FILTER (WHERE NOT planned AND fund), 0)::bigint AS fund, coalesce(sum(held), 0)::bigint AS held,
  coalesce(sum(payable) FILTER (WHERE NOT planned), 0)::bigint AS payable,
  coalesce(sum(payable) FILTER (WHERE NOT planned AND NOT on_hold AND due_on < today), 0)::bigint AS overdue,
  min(due_on) FILTER (WHERE NOT planned AND payable > 0 AND due_on >= today) AS due_on,
  count(DISTINCT id) FILTER (WHERE NOT planned AND payable > 0) AS bills FROM mine
"""


@reading
async def home_of(by: Principal) -> Home:
    """The person's first page."""
    persons, communities = list(by.persons), list(by.communities)
    running = await _running(by)
    sums = await fetch_one(_SUMS, persons, clock.now(), [line.line for plan in running for line in plan.lines])
    counts = await fetch_one(
        "WITH mine AS (SELECT DISTINCT debtor FROM debtor_member WHERE person = ANY($1))"
        " SELECT (SELECT count(*) FROM dispute"
        "   WHERE debtor IN (SELECT debtor FROM mine) AND state = ANY($2)) AS disputes,"
        " (SELECT count(*) FROM plan WHERE debtor IN (SELECT debtor FROM mine) AND state = ANY($3)) AS plans",
        persons,
        [state.value for state in (*disputes.LIVE, disputes.DisputeState.decided)],
        [state.value for state in plans.LIVE],
    )
    assert sums and counts
    return Home(
        homes=[(home.name, home.community) for home in await homes_of(by, clock.now())],
        payable=Money(sums["payable"]),
        covered=Money(sums["covered"]),
        fund=Money(sums["fund"]),
        overdue=Money(sums["overdue"]),
        held=Money(sums["held"]),
        credit=total(credit.amount for credit in await credits_of(by)),
        due_on=sums["due_on"],
        bills=sums["bills"],
        disputes=counts["disputes"],
        plans=counts["plans"],
        running=running,
        news=await _news(persons),
        work=await _work(communities),
    )


async def _running(by: Principal) -> list[PlanPage]:
    """The active plans of these homes with anything to pay now."""
    result = [await plan_of(by, plan.id) for plan in await plans_of(by) if plan.state is plans.PlanState.active]
    return [plan for plan in result if plan.due_now]


async def _news(persons: list[UUID]) -> list[News]:
    rows = await fetch(
        "SELECT n.id, n.kind, n.facts, n.created_at AS at, d.state = 'read' AS opened, c.name AS estate FROM notice n"
        " JOIN community c ON c.id = n.community JOIN delivery d ON d.notice = n.id AND d.channel = 'inbox'"
        " WHERE n.person = ANY($1) ORDER BY n.created_at DESC LIMIT 3",
        persons,
    )
    return [as_row(News, row, leaving=("facts",), facts=from_json(row["facts"])) for row in rows]


async def _work(communities: list[int]) -> list[Work]:
    return await fetch_as(
        Work,
        "SELECT r.id, area, title, place, done_at, c.name AS estate FROM service_record r"
        " JOIN community c ON c.id = r.community WHERE community = ANY($1) ORDER BY done_at DESC LIMIT 3",
        communities,
    )
