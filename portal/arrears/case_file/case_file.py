"""Everything in a case: debts, disputes, holds, plans, payments in progress, and history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from portal.arrears.case_file.rows import CaseRow
from portal.arrears.cases.states import CaseState, Why
from portal.arrears.climbing.words import told
from portal.arrears.limitation.queries import Limitation, limitation_of
from portal.care.disputes.states import DisputeReason, DisputeState, Outcome
from portal.care.holds.queries import HoldRow, live_holds
from portal.care.plans.states import PlanState
from portal.fees.bills.balance import Balance
from portal.fees.receivables.states import HoldReason
from portal.kit.i18n import Bilingual, Sentence
from portal.kit.money import Money
from portal.kit.period import Month
from portal.money.checkout.records import LIVE
from portal.money.online.states import AttemptState
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch


@dataclass(frozen=True)
class DebtRow:
    """A line of the debtor that is not fully paid, past due or not."""

    bill: UUID
    line: UUID
    period: Month
    item: Bilingual
    balance: Balance


@dataclass(frozen=True)
class DisputeRow:
    """A dispute of one of the debtor's lines."""

    id: UUID
    line: UUID
    item: Bilingual
    period: Month
    state: DisputeState
    reason: DisputeReason
    amount: Money
    held: Money
    outcome: Outcome | None
    opened_at: datetime
    close_by: datetime


@dataclass(frozen=True)
class PlanEntry:
    """An instalment plan of the debtor, or a request for one."""

    id: UUID
    state: PlanState
    total: Money
    instalments: int
    asked_at: datetime


@dataclass(frozen=True)
class MoneyOnItsWay:
    """A payment attempt that is not over."""

    id: UUID
    state: AttemptState
    amount: Money
    started_at: datetime


@dataclass(frozen=True)
class StageRow:
    """A change of the case; `said` describes it."""

    at: datetime
    on: date
    state: CaseState
    stage: int
    why: Why
    by_job: bool
    overdue: Money
    held: Money
    days: int
    said: Sentence

    @property
    def chaseable(self) -> Money:
        """What could be chased at that time: overdue, less what was on hold."""
        return self.overdue - self.held


@dataclass(frozen=True)
class CaseFile:
    """All that is known of a case."""

    debts: list[DebtRow]
    disputes: list[DisputeRow]
    holds: list[HoldRow]
    plans: list[PlanEntry]
    money: list[MoneyOnItsWay]
    history: list[StageRow]
    limitation: Limitation


async def file_of(case: CaseRow, *, keeper: bool) -> CaseFile:
    """The file of a case, in the caller's transaction. For a closed case it has the history but no later debts.

    Only a `keeper` gets what somebody wrote about their hardship.
    """
    return CaseFile(
        debts=await _debts(case) if case.live else [],
        disputes=await _disputes(case),
        holds=[
            hold if keeper or hold.reason is not HoldReason.hardship else replace(hold, note=None)
            for hold in await live_holds(case.community, case.debtor, case.on)
        ],
        plans=await _plans(case),
        money=await _money(case),
        history=(await histories_of([case.id]))[case.id],
        limitation=await limitation_of(case.debtor, case.on) if case.live else Limitation([]),
    )


async def _debts(case: CaseRow) -> list[DebtRow]:
    rows = await fetch(
        "SELECT b.id AS bill, l.id, b.period, i.name_zh, i.name_en, b.due_on, w.fen, o.outstanding, o.held, o.covered,"
        " o.fund FROM owed_by($1) o JOIN bill b ON b.id = o.bill JOIN bill_line l ON l.id = o.line"
        " JOIN line_balance w ON w.line = l.id JOIN charge_item i ON i.id = l.item"
        " ORDER BY b.due_on, b.number, l.position",
        case.debtor,
    )
    return [
        DebtRow(
            bill=row["bill"],
            line=row["id"],
            period=Month.parse(row["period"]),
            item=Bilingual(row["name_zh"], row["name_en"]),
            balance=Balance(
                fen=Money(row["fen"]),
                outstanding=Money(row["outstanding"]),
                held=Money(row["held"]),
                due_on=row["due_on"],
                on=case.on,
                covered=Money(row["covered"]),
                fund=Money(row["outstanding"] - row["held"] if row["fund"] else 0),
            ),
        )
        for row in rows
    ]


async def _disputes(case: CaseRow) -> list[DisputeRow]:
    rows = await fetch(
        "SELECT d.id, d.line, i.name_zh, i.name_en, b.period, d.state, d.reason, d.amount, d.opened_at, d.close_by,"
        " (SELECT least(coalesce(sum(h.amount), 0), greatest(w.outstanding, 0))::bigint FROM hold h"
        "  WHERE h.source = d.id AND h.released_at IS NULL) AS held,"
        " (SELECT outcome FROM decision x WHERE x.dispute = d.id AND x.final_at IS NOT NULL"
        "  ORDER BY x.round DESC LIMIT 1) AS outcome"
        " FROM dispute d JOIN bill_line l ON l.id = d.line JOIN bill b ON b.id = l.bill"
        " JOIN line_balance w ON w.line = d.line JOIN charge_item i ON i.id = l.item"
        " WHERE d.debtor = $1 ORDER BY d.opened_at DESC, d.id",
        case.debtor,
    )
    return [
        DisputeRow(
            id=row["id"],
            line=row["line"],
            item=Bilingual(row["name_zh"], row["name_en"]),
            period=Month.parse(row["period"]),
            state=DisputeState(row["state"]),
            reason=DisputeReason(row["reason"]),
            amount=Money(row["amount"]),
            held=Money(row["held"]),
            outcome=Outcome(row["outcome"]) if row["outcome"] else None,
            opened_at=row["opened_at"],
            close_by=row["close_by"],
        )
        for row in rows
    ]


async def _plans(case: CaseRow) -> list[PlanEntry]:
    return await fetch_as(
        PlanEntry,
        "SELECT id, state, total, instalments, asked_at FROM plan WHERE debtor = $1 ORDER BY asked_at DESC, id",
        case.debtor,
    )


async def _money(case: CaseRow) -> list[MoneyOnItsWay]:
    return await fetch_as(
        MoneyOnItsWay,
        "SELECT id, state, amount, created_at AS started_at FROM attempt WHERE debtor = $1 AND state = ANY($2)"
        " ORDER BY created_at DESC, id",
        case.debtor,
        [state.value for state in LIVE],
    )


async def histories_of(cases: Sequence[UUID]) -> dict[UUID, list[StageRow]]:
    """Every change of some cases, newest first."""
    rows = await fetch(
        "SELECT arrears_case, at, changed_on, state, stage, why, actor, facts FROM case_stage"
        " WHERE arrears_case = ANY($1::uuid[]) ORDER BY changed_on DESC, at DESC",
        list(cases),
    )
    result: dict[UUID, list[StageRow]] = {case: [] for case in cases}
    for row in rows:
        facts = json.loads(row["facts"])
        result[row["arrears_case"]].append(
            StageRow(
                at=row["at"],
                on=row["changed_on"],
                state=CaseState(row["state"]),
                stage=row["stage"],
                why=Why(row["why"]),
                by_job=not row["actor"].startswith("staff:"),
                overdue=Money(facts["overdue"]),
                held=Money(facts["held"]),
                days=facts["days"],
                said=told(Why(row["why"]), row["stage"], row["changed_on"], facts),
            )
        )
    return result
