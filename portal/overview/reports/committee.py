"""What a committee reads: totals of completed months, open questions, expenses, downloads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.accounts.committee.queries import Panel, Spending, panel_of, spending_of
from portal.accounts.disclosures.rules import profiles_of
from portal.accounts.disclosures.states import Duty
from portal.accounts.questions.actions import QuestionRow, open_questions
from portal.kit import clock
from portal.kit.period import Month
from portal.overview.reports.ageing import ageing_report
from portal.overview.reports.collection import collection_of, collection_report
from portal.overview.reports.rules import Report, Span, discreetly
from portal.overview.reports.steps import outcome_report, promise_report
from portal.people.estates.states import FeeMode
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.planner import patiently
from portal.platform.db.unit_of_work import fetch, reading, retrying, unit_of_work

MONTHS = 12
LOGGED = 20  # downloads that are listed


@dataclass(frozen=True)
class Taken:
    """A download by somebody of the committee; nobody is named."""

    at: datetime
    name: str
    zone: str


@dataclass(frozen=True)
class CommitteeEstate:
    """What the committee of one estate sees: figures of past months, what waits for it, and downloads."""

    id: int
    name: str
    code: str
    span: Span
    reports: list[Report]
    questions: list[QuestionRow]
    spending: Spending
    panel: Panel
    taken: list[Taken]

    def called(self, code: str) -> Report | None:
        """The report with this code."""
        return next((one for one in self.reports if one.code == code), None)


@reading
async def committee_of(by: Principal) -> list[CommitteeEstate]:
    """For each estate on whose committee the reader is: the last twelve closed months, as totals only."""
    await patiently()
    rows = await fetch(
        "SELECT id, name, code, timezone, jurisdiction, fee_mode FROM community WHERE id = ANY($1) ORDER BY code",
        list(by.committees),
    )
    return [await _committee(by, row) for row in rows]


def _asked_by_rule(row: Any) -> str:
    """The local rule that requires members' own bills to be shown; empty if there is none."""
    profiles = profiles_of(row["jurisdiction"], FeeMode(row["fee_mode"]))
    return next((one.source for one in profiles if one.duty is Duty.committee_payments), "")


async def _committee(by: Principal, row: Any) -> CommitteeEstate:
    community = [row["id"]]
    last = Month.of(clock.today(row["timezone"])) + -1
    span = Span(last + (1 - MONTHS), last)
    reports = [
        collection_report(await collection_of(community, span), discreet=True),
        await ageing_report(community, span.ends_on, discreet=True),
        discreetly(await outcome_report(community, span)),
        discreetly(await promise_report(community, span)),
    ]
    taken = await fetch(
        "SELECT at, subject FROM audit_entry WHERE community = $1 AND verb = $2 ORDER BY at DESC, id LIMIT $3",
        row["id"],
        AuditVerb.REPORT_TAKEN.value,
        LOGGED,
    )
    return CommitteeEstate(
        id=row["id"],
        name=row["name"],
        code=row["code"],
        span=span,
        reports=reports,
        questions=await open_questions(row["id"]),
        spending=await spending_of(row["id"], by.persons),
        panel=await panel_of(row["id"], _asked_by_rule(row), by.persons, clock.today(row["timezone"])),
        taken=[Taken(at=one["at"], name=one["subject"].partition(":")[2], zone=row["timezone"]) for one in taken],
    )


@retrying
async def take_report(by: Principal, estate: CommitteeEstate, name: str) -> None:
    """Record that somebody of the committee downloaded a file."""
    async with unit_of_work(estate.id):
        await record(by.actor, AuditVerb.REPORT_TAKEN, f"report:{name}", community=estate.id)
