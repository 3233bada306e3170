"""The queue of disputes with its counts, most urgent first, and one dispute with everything about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.care.dispute_desk.steps import credited_within_a_year
from portal.care.disputes.facts import FIELDS, TABLES, Dispute, History, history_of, photo_in, with_clocks
from portal.care.disputes.rules import unknown_years
from portal.care.disputes.states import LIVE, DisputeState, Outcome
from portal.fees.bills.desk_queries import line_at
from portal.fees.bills.rows import LinePage
from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.money.online.queries import open_online
from portal.people.estates.queries import WorkTerms, work_terms
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import departments_of, staff_of
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

MOST_CLOSED = 200
FINISHED = [state.value for state in DisputeState if state not in LIVE]
MORE = (
    ", o.unit AS unit_id, d.debtor AS debtor_id, c.approval_limit,"
    " (SELECT k.id FROM arrears_case k WHERE k.debtor = d.debtor AND k.closed_on IS NULL LIMIT 1) AS case_id,"
    " (SELECT array_agg(p.name ORDER BY p.external_id) FROM debtor_member m JOIN person p ON p.id = m.person"
    "   WHERE m.debtor = d.debtor) AS owners,"
    " EXISTS (SELECT FROM debtor_member m JOIN person p ON p.id = m.person WHERE m.debtor = d.debtor"
    "  AND p.human = $3) AS concerned"
)


@dataclass(frozen=True)
class Card:
    """A dispute in the queue."""

    dispute: Dispute
    estate: str
    due_today: bool
    mine: bool
    to_approve: bool


@dataclass(frozen=True)
class Counts:
    """How many disputes wait at the desk, by kind."""

    open: int
    late: int
    today: int
    mine: int
    approval: int
    tasks: int
    tasks_late: int


@dataclass(frozen=True)
class Queue:
    """The disputes of one filter, with the counts of all open ones.

    Tasks that a department has not done in time come first, then the other late ones.
    """

    cards: list[Card]
    counts: Counts
    departments: list[str]
    unknown_years: list[int]


@dataclass(frozen=True)
class Proposal:
    """A decision that waits for another manager."""

    outcome: Outcome
    amount: Money
    body: str
    who: str
    at: datetime


@dataclass(frozen=True)
class DeskPage:
    """A dispute with its line if it has one, its people, its history, and what this reader may do."""

    dispute: Dispute
    history: History
    estate: str
    unit: UUID
    case: UUID | None
    owners: list[str]
    line: LinePage | None
    departments: list[str]
    proposal: Proposal | None
    approval_limit: Money
    credited_before: Money
    unknown_years: list[int]
    concerned: bool
    can_claim: bool
    can_act: bool
    can_ask: bool
    can_rectify: bool
    can_approve: bool


@reading
async def counts_of(by: Principal) -> Counts:
    """What waits at the desk for this reader, in the same figures as the queue; for the desk's first page."""
    mine = {row["id"] for row in await fetch("SELECT id FROM staff WHERE human = $1", by.human)}
    terms = await work_terms(by.where(May.read_disputes))
    return _counted(await _cards(by, mine, [value.value for value in LIVE], terms))


def _counted(live: list[Card]) -> Counts:
    return Counts(
        open=len(live),
        late=sum(card.dispute.late for card in live),
        today=sum(card.due_today for card in live),
        mine=sum(card.mine for card in live),
        approval=sum(card.to_approve for card in live),
        tasks=sum(card.dispute.has_task for card in live),
        tasks_late=sum(card.dispute.task_late for card in live),
    )


@reading
async def queue_of(by: Principal, show: str = "open", department: str = "", state: str = "") -> Queue:
    """The queue of the communities in which they read disputes.

    `show` is open, late, today, mine, approval, tasks (work for departments) or finished; anything else means open.
    """
    mine = {row["id"] for row in await fetch("SELECT id FROM staff WHERE human = $1", by.human)}
    terms = await work_terms(by.where(May.read_disputes))
    live = await _cards(by, mine, [value.value for value in LIVE], terms)
    finished = show == "finished" or state in FINISHED
    cards = await _cards(by, mine, FINISHED, terms) if finished else sorted(live, key=_most_urgent)
    views: dict[str, Callable[[Card], bool]] = {
        "late": lambda card: card.dispute.late,
        "today": lambda card: card.due_today,
        "mine": lambda card: card.mine,
        "approval": lambda card: card.to_approve,
        "tasks": lambda card: card.dispute.has_task,
    }
    chosen = views.get(show)
    cards = [
        card
        for card in cards
        if (chosen is None or chosen(card))
        and department in ("", card.dispute.department)
        and state in ("", card.dispute.state.value)
    ]
    moments = [clock.now(), *(card.dispute.due for card in live)]
    unknown = sorted({year for one in terms.values() for year in unknown_years(one.calendar, moments)})
    if show == "tasks":
        cards.sort(key=lambda card: card.dispute.department_due or date.max)
    departments = {*await departments_of(by.where(May.read_disputes)), *(card.dispute.department for card in live)}
    return Queue(cards, _counted(live), sorted(name for name in departments if name), unknown)


def _most_urgent(card: Card) -> tuple[bool, bool, datetime]:
    """A late department first, then by the next deadline; disputes whose clock is stopped come last."""
    return not card.dispute.task_late, card.dispute.due is None, card.dispute.due or card.dispute.opened_at


async def _cards(by: Principal, mine: set[UUID], states: list[str], terms: Mapping[int, WorkTerms]) -> list[Card]:
    now = clock.now()
    rows = await fetch(
        FIELDS + TABLES + " WHERE d.community = ANY($1) AND d.state = ANY($2) ORDER BY d.opened_at DESC LIMIT $3",
        list(by.where(May.read_disputes)),
        states,
        MOST_CLOSED if states is FINISHED else None,
    )
    proposers = {
        row["dispute"]: row["decided_by"]
        for row in await fetch(
            "SELECT dispute, decided_by FROM decision WHERE dispute = ANY($1) AND final_at IS NULL ORDER BY round",
            [row["id"] for row in rows if row["state"] == DisputeState.awaiting_approval],
        )
    }
    cards = []
    for row, dispute in zip(rows, await with_clocks(rows, now, terms), strict=True):
        local = terms[dispute.community].calendar.local
        today = dispute.due is not None and not dispute.late and local(dispute.due).date() == local(now).date()
        approves = by.may(dispute.community, May.approve_decisions)
        to_approve = approves and dispute.id in proposers and proposers[dispute.id] not in mine
        cards.append(Card(dispute, row["estate"], today, dispute.claimed_by in mine, to_approve))
    return cards


@reading
async def dispute_at(by: Principal, dispute: UUID) -> DeskPage:
    """One dispute of a community in which they read disputes. Raises Missing."""
    row = await fetch_one(
        FIELDS + MORE + TABLES + " WHERE d.id = $1 AND d.community = ANY($2)",
        dispute,
        list(by.where(May.read_disputes)),
        by.human,
    )
    if row is None:
        raise Missing
    now = clock.now()
    result = (await with_clocks([row], now))[0]
    me = await staff_of(by, result.community)
    proposed = await _proposal(result)
    terms = (await work_terms([result.community]))[result.community]
    handles = by.may(result.community, May.handle_disputes) and not row["concerned"]
    acting = handles and result.is_live and result.state is not DisputeState.awaiting_approval
    return DeskPage(
        dispute=result,
        history=await history_of(result.id, result.community, row["body"]),
        estate=row["estate"],
        unit=row["unit_id"],
        case=row["case_id"],
        owners=row["owners"] or [],
        line=await line_at(by, result.bill, result.line) if result.bill and result.line else None,
        departments=await departments_of([result.community]),
        proposal=proposed[0] if proposed else None,
        approval_limit=Money(row["approval_limit"]),
        credited_before=await credited_within_a_year(row["debtor_id"]),
        unknown_years=unknown_years(terms.calendar, [now, *(promise.due for promise in result.promises)])
        if result.is_live
        else [],
        concerned=row["concerned"],
        can_claim=acting and result.claimed_by != me,
        can_act=acting,
        can_ask=acting and not result.is_asked,
        can_rectify=result.has_task and handles,
        can_approve=proposed is not None
        and proposed[1] != me
        and by.may(result.community, May.approve_decisions)
        and not row["concerned"],
    )


@reading
async def open_online_of(by: Principal, dispute: UUID) -> Money:
    """The sum that is open online for the bill of a dispute in their communities that may still be credited."""
    rows = await fetch(
        "SELECT l.bill FROM dispute d JOIN bill_line l ON l.id = d.line WHERE d.id = $1 AND d.community = ANY($2)"
        " AND d.amount > (SELECT coalesce(sum(amount), 0) FROM decision WHERE dispute = d.id AND final_at IS NOT NULL)",
        dispute,
        list(by.where(May.handle_disputes)),
    )
    return await open_online(by, [row["bill"] for row in rows])


async def _proposal(dispute: Dispute) -> tuple[Proposal, UUID] | None:
    if dispute.state is not DisputeState.awaiting_approval:
        return None
    row = await fetch_one(
        "SELECT x.*, s.name FROM decision x JOIN staff s ON s.id = x.decided_by"
        " WHERE x.dispute = $1 AND x.final_at IS NULL ORDER BY x.round DESC LIMIT 1",
        dispute.id,
    )
    assert row is not None
    proposal = Proposal(
        outcome=Outcome(row["outcome"]),
        amount=Money(row["amount"]),
        body=row["body"],
        who=row["name"],
        at=row["decided_at"],
    )
    return proposal, row["decided_by"]


@reading
async def photo_at_desk(by: Principal, dispute: UUID, photo: UUID, *, small: bool = False) -> bytes:
    """A photo of a dispute in their communities, as JPEG. Raises Missing."""
    theirs = await fetch(
        "SELECT FROM dispute WHERE id = $1 AND community = ANY($2)", dispute, list(by.where(May.read_disputes))
    )
    if not theirs:
        raise Missing
    return await photo_in(by, dispute, photo, small=small)
