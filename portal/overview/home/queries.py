"""The owner's first page: money, dates, what comes next, news, services and accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.accounts.statement_pages.queries import statements_of
from portal.accounts.statement_pages.rows import StatementRow
from portal.arrears.case_file.queries import open_cases_of
from portal.arrears.case_file.rows import CaseRow
from portal.care.disputes import states as disputes
from portal.care.plan_pages.queries import plan_of, plans_of
from portal.care.plans import states as plans
from portal.care.plans.rows import PlanPage
from portal.care.services.rounds import delivered_in
from portal.homes.units.queries import homes_of
from portal.kit import clock
from portal.kit.facts import from_json
from portal.kit.i18n import Bilingual
from portal.kit.money import Money, total
from portal.kit.period import Month
from portal.money.checkout.queries import PaymentRow, payments_of
from portal.money.payments.queries import credits_of
from portal.overview.home.rules import Mood, Owed, OwedLine
from portal.people.notices.states import NoticeKind
from portal.people.persons.principal import Principal
from portal.platform.db.rows import as_row
from portal.platform.db.unit_of_work import fetch, fetch_one, reading


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
class Services:
    """How often promised work was done this month, also late, and how often it was missed."""

    month: Month
    done: int
    missed: int


@dataclass(frozen=True)
class Home:
    """The first page. `homes` are the names of homes with their estates; `running` are active plans.

    What a plan asks for is not in the sums that are asked for: it is paid by its instalments. `cases` are those open,
    `paid` the last payment, `statement` the last one published.
    """

    homes: list[tuple[str, str]]
    owed: Owed
    credit: Money
    disputes: int
    plans: int
    running: list[PlanPage]
    cases: list[CaseRow]
    paid: PaymentRow | None
    services: Services
    statement: StatementRow | None
    news: list[News]

    @property
    def mood(self) -> Mood:
        """What the colour of the page tells: an instalment is something to pay."""
        return Mood.due if self.running and self.owed.mood is Mood.well else self.owed.mood


# Of the lines that the persons $1 may read at the moment $2; what the lines $3 owe is paid by instalments.
_OWED = """
SELECT w.bill, b.kind, b.period, i.name_zh, i.name_en, w.due_on, ($2 AT TIME ZONE c.timezone)::date AS today,
  w.outstanding - w.held - w.covered AS payable, w.held, w.covered, w.fund, w.line = ANY($3::uuid[]) AS planned,
  EXISTS (SELECT FROM hold h WHERE h.debtor = d.id AND h.line IS NULL AND h.released_at IS NULL) AS on_hold
FROM (SELECT b.debtor, array_agg(DISTINCT b.id) AS bills FROM bill_reader r JOIN bill b ON b.id = r.bill
  WHERE r.person = ANY($1) GROUP BY b.debtor) r JOIN debtor d ON d.id = r.debtor
JOIN community c ON c.id = d.community CROSS JOIN LATERAL owed_by(d.id) w
JOIN bill b ON b.id = w.bill JOIN bill_line l ON l.id = w.line JOIN charge_item i ON i.id = l.item
WHERE w.bill = ANY(r.bills) ORDER BY w.due_on, w.number, w.position
"""


@reading
async def home_of(by: Principal) -> Home:
    """The person's first page."""
    persons = list(by.persons)
    running = await _running(by)
    owed = await _owed(persons, [line.line for plan in running for line in plan.lines])
    counts = await fetch_one(
        "WITH mine AS (SELECT DISTINCT debtor FROM debtor_member WHERE person = ANY($1))"
        " SELECT (SELECT count(*) FROM dispute"
        "   WHERE debtor IN (SELECT debtor FROM mine) AND state = ANY($2)) AS disputes,"
        " (SELECT count(*) FROM plan WHERE debtor IN (SELECT debtor FROM mine) AND state = ANY($3)) AS plans",
        persons,
        [state.value for state in (*disputes.LIVE, disputes.DisputeState.decided)],
        [state.value for state in plans.LIVE],
    )
    assert counts
    paid = [] if owed.payable or running else (await payments_of(by)).payments
    return Home(
        homes=[(home.name, home.community) for home in await homes_of(by, clock.now())],
        owed=owed,
        credit=total(credit.amount for credit in await credits_of(by)),
        disputes=counts["disputes"],
        plans=counts["plans"],
        running=running,
        cases=await open_cases_of(by) if owed.overdue else [],
        paid=next((row for row in paid if row.number), None),
        services=await _services(by),
        statement=next((told for told in (await statements_of(by)).statements if not told.is_budget), None),
        news=await _news(persons),
    )


async def _owed(persons: list[UUID], planned: list[UUID]) -> Owed:
    rows = await fetch(_OWED, persons, clock.now(), planned)
    return Owed(
        [
            as_row(OwedLine, row, leaving=("name_zh", "name_en"), item=Bilingual(row["name_zh"], row["name_en"]))
            for row in rows
        ]
    )


async def _services(by: Principal) -> Services:
    month = await delivered_in(by)
    return Services(
        month=month.last,
        done=sum(promise.kept for promise in month.delivered),
        missed=sum(promise.missed for promise in month.delivered),
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
