"""What an owner can dispute, and the owner's own disputes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from portal.care.disputes.facts import FIELDS, TABLES, Dispute, History, history_of, photo_in, with_clocks
from portal.care.disputes.states import LIVE, Fixed, StepKind
from portal.homes.vacancies.queries import OWNS_NOW
from portal.kit import clock
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_, Bilingual
from portal.kit.money import ZERO, Money
from portal.kit.period import Month
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

TENANT = N_("Only owners can dispute the charges for a home. Please ask the owner to do so.")
CREDITED = N_("This charge was credited in full. There is nothing left to dispute.")
REPLACED = N_("This bill has been replaced by a corrected one. Nothing is due here.")
SECOND = N_("A dispute about this line is already open. Please add to that one.")
SECOND_OF_SERVICE = N_("You already have an open dispute about this work. Please add to that one.")
OWNERS_ONLY = N_("Only owners on this estate can dispute this. Please ask the owner to do so.")
FULLY_HELD = N_("This line is already under review. There is nothing left to dispute.")
HOME = (
    "SELECT u.id, u.name, array_agg(DISTINCT o.person ORDER BY o.person) AS owners"
    " FROM unit u JOIN occupancy o ON o.unit = u.id CROSS JOIN (SELECT $2::date AS today) t"
    f" WHERE u.community = $1 AND {OWNS_NOW} GROUP BY u.id, u.name, u.sort_key"
    " HAVING bool_or(o.person = ANY($3)) ORDER BY u.sort_key, u.name LIMIT 1"
)
MINE = " EXISTS (SELECT FROM debtor_member m WHERE m.debtor = d.debtor AND m.person = ANY($1))"


@dataclass(frozen=True)
class DisputableLine:
    """A line of which `free` can be disputed: what is neither paid nor held, or all of it once it is paid."""

    id: UUID
    bill: UUID
    community: int
    debtor: UUID
    unit: str
    item: Bilingual
    first: Month
    last: Month
    fen: Money
    outstanding: Money
    free: Money
    reply_hours: int
    close_days: int

    @property
    def is_paid(self) -> bool:
        """Whether nothing of it is owed. Then nothing is held, and a sum taken off becomes a credit."""
        return self.outstanding <= ZERO


@dataclass(frozen=True)
class DisputableService:
    """A piece of work, and the `home` whose owners may dispute it; `zone` is the estate's time zone."""

    id: UUID
    community: int
    home: UUID
    owners: tuple[UUID, ...]
    unit: str
    title: str
    place: str
    done_at: datetime
    zone: str
    reply_hours: int
    close_days: int


@dataclass(frozen=True)
class Question:
    """The last time that the owners were asked whether it is really fixed; `is_open` while they may answer."""

    id: UUID
    asked_at: datetime
    answer: Fixed | None
    is_open: bool


@dataclass(frozen=True)
class DisputePage:
    """A dispute of the reader with its history; `question` is the last question about it, if any."""

    dispute: Dispute
    history: History
    question: Question | None
    estate: str
    hotline: str | None
    can_withdraw: bool
    can_answer: bool
    can_accept: bool
    can_reopen: bool


@reading
async def line_to_dispute(by: Principal, line: UUID) -> DisputableLine:
    """A line that they may dispute now. Raises Missing if it is not theirs, Refused with the reason if they may not."""
    row = await fetch_one(
        "SELECT l.id, l.bill, l.community, b.debtor, u.name AS unit, i.name_zh, i.name_en, l.first_month, l.last_month,"
        " w.fen, w.outstanding, w.held, r.owes, c.reply_hours, c.close_days,"
        " w.replaced,"
        " EXISTS (SELECT FROM dispute d WHERE d.line = l.id AND d.state = ANY($3)) AS disputed"
        " FROM bill_line l JOIN bill b ON b.id = l.bill JOIN line_balance w ON w.line = l.id"
        " JOIN unit u ON u.id = l.unit JOIN charge_item i ON i.id = l.item JOIN community c ON c.id = l.community"
        " JOIN (SELECT bill, bool_or(owes) AS owes FROM bill_reader WHERE person = ANY($2) GROUP BY bill) r"
        "   ON r.bill = b.id"
        " WHERE l.id = $1",
        line,
        list(by.persons),
        [state.value for state in LIVE],
    )
    if row is None:
        raise Missing
    if reason := _why_not(row):
        raise Refused(reason)
    return DisputableLine(
        id=row["id"],
        bill=row["bill"],
        community=row["community"],
        debtor=row["debtor"],
        unit=row["unit"],
        item=Bilingual(row["name_zh"], row["name_en"]),
        first=Month.parse(row["first_month"]),
        last=Month.parse(row["last_month"]),
        fen=Money(row["fen"]),
        outstanding=Money(row["outstanding"]),
        free=Money(row["outstanding"] - row["held"] if row["outstanding"] > 0 else row["fen"]),
        reply_hours=row["reply_hours"],
        close_days=row["close_days"],
    )


def _why_not(line: Record) -> str | None:
    if not line["owes"]:
        return TENANT
    if line["disputed"]:
        return SECOND
    if line["replaced"]:
        return REPLACED
    if line["fen"] <= 0:
        return CREDITED
    return FULLY_HELD if 0 < line["outstanding"] <= line["held"] else None


@reading
async def service_to_dispute(by: Principal, service: UUID) -> DisputableService:
    """A piece of work that they may dispute now, for the first of their homes there.

    Raises Missing if it was not done on an estate of theirs, Refused with the reason if they may not.
    """
    record = await fetch_one(
        "SELECT r.id, r.community, r.title, r.place, r.done_at, c.timezone, c.reply_hours, c.close_days,"
        " EXISTS (SELECT FROM dispute d WHERE d.service = r.id AND d.state = ANY($4) AND" + MINE + ") AS disputed"
        " FROM service_record r JOIN community c ON c.id = r.community WHERE r.id = $2 AND r.community = ANY($3)",
        list(by.persons),
        service,
        list(by.communities),
        [state.value for state in LIVE],
    )
    if record is None:
        raise Missing
    home = await fetch_one(HOME, record["community"], clock.today(record["timezone"]), list(by.persons))
    if home is None:
        raise Refused(OWNERS_ONLY)
    if record["disputed"]:
        raise Refused(SECOND_OF_SERVICE)
    return DisputableService(
        id=record["id"],
        community=record["community"],
        home=home["id"],
        owners=tuple(home["owners"]),
        unit=home["name"],
        title=record["title"],
        place=record["place"],
        done_at=record["done_at"],
        zone=record["timezone"],
        reply_hours=record["reply_hours"],
        close_days=record["close_days"],
    )


@reading
async def disputes_of(by: Principal) -> list[Dispute]:
    """The disputes of the reader and of persons who owe jointly with them, newest first."""
    rows = await fetch(FIELDS + TABLES + " WHERE" + MINE + " ORDER BY d.opened_at DESC", list(by.persons))
    return await with_clocks(rows, clock.now())


@reading
async def dispute_of(by: Principal, dispute: UUID, now: datetime | None = None) -> DisputePage:
    """One dispute of the reader. Raises Missing if it is not theirs."""
    row = await fetch_one(
        FIELDS + TABLES + " WHERE d.id = $2 AND" + MINE,
        list(by.persons),
        dispute,
    )
    if row is None:
        raise Missing
    view = (await with_clocks([row], now or clock.now()))[0]
    history = await history_of(view.id, view.community, row["body"])
    return DisputePage(
        dispute=view,
        history=_without_desk_notes(history),
        question=await question_about(view.id),
        estate=row["estate"],
        hotline=row["hotline"],
        can_withdraw=view.is_live,
        can_answer=view.is_live,
        can_accept=view.is_decided,
        can_reopen=view.is_decided and (view.line is None or bool(view.left)),
    )


async def question_about(dispute: UUID) -> Question | None:
    """The last question whether it is really fixed; part of the caller's unit of work."""
    row = await fetch_one(
        "SELECT f.id, f.asked_at, f.answer, f.answer IS NULL AND f.round_began_at = d.round_began_at AND"
        " (d.state IN ('decided', 'accepted') OR d.state IN ('open', 'reopened') AND d.department_due IS NULL) AS open"
        " FROM follow_up f JOIN dispute d ON d.id = f.dispute WHERE d.id = $1 ORDER BY f.asked_at DESC LIMIT 1",
        dispute,
    )
    if row is None:
        return None
    return Question(
        id=row["id"],
        asked_at=row["asked_at"],
        answer=Fixed(row["answer"]) if row["answer"] else None,
        is_open=row["open"],
    )


@reading
async def photo_of_mine(by: Principal, dispute: UUID, photo: UUID, *, small: bool = False) -> bytes:
    """A photo of one of the reader's disputes, as JPEG. Raises Missing."""
    mine = await fetch("SELECT FROM dispute d WHERE d.id = $2 AND" + MINE, list(by.persons), dispute)
    if not mine:
        raise Missing
    return await photo_in(by, dispute, photo, small=small)


async def open_rectifications(debtors: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, str, date]]]:
    """For each of these debtors: (dispute, department, deadline) of every task that is not done.

    The earliest first; part of the caller's unit of work.
    """
    result: dict[UUID, list[tuple[UUID, str, date]]] = {}
    for row in await fetch(
        "SELECT debtor, id, department, department_due FROM dispute"
        " WHERE debtor = ANY($1) AND state = ANY($2) AND department_due IS NOT NULL ORDER BY department_due, id",
        list(debtors),
        [state.value for state in LIVE],
    ):
        result.setdefault(row["debtor"], []).append((row["id"], row["department"], row["department_due"]))
    return result


def _without_desk_notes(history: History) -> History:
    shown = [replace(step, note=None) for step in history.steps if step.kind is not StepKind.returned]
    return replace(history, steps=shown)
