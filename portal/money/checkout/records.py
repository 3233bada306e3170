"""Rows of attempts: read, locked and changed in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.money.online.states import ATTEMPT_MOVES, AttemptState
from portal.money.payments.rules import Part
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, unit_of_work

LIFETIME = timedelta(minutes=45)  # Stripe requires at least 30 minutes; a co-owner waits no longer than this
PATIENCE = timedelta(minutes=2)  # after this, an attempt whose address nobody got blocks nobody
SUSPENSE = "suspense"  # the `trouble` of an attempt whose money was set aside
LIVE = (AttemptState.creating, AttemptState.open, AttemptState.unknown, AttemptState.completed)
ENDABLE = (AttemptState.creating, AttemptState.open, AttemptState.unknown)  # nothing was paid yet, as far as we know
ENDED = (AttemptState.posted, AttemptState.failed, AttemptState.expired)


@dataclass(frozen=True)
class AttemptFacts:
    """One attempt. `created_at` is business time; `expires_at` is true time, because Stripe's clock decides."""

    id: UUID
    community: int
    debtor: UUID
    human: UUID
    method: str
    amount: Money
    currency: str
    choice: str
    state: AttemptState
    key: str
    session: str | None
    url: str | None
    created_at: datetime
    expires_at: datetime
    trouble: str | None

    @property
    def over(self) -> bool:
        """Whether its session can no longer be open."""
        return clock.real_now() >= self.expires_at

    @property
    def stuck(self) -> bool:
        """Whether Stripe never gave its address: nobody can pay it, so after a while it may be given up."""
        return self.url is None and clock.real_now() >= self.expires_at - LIFETIME + PATIENCE


_SELECT = (
    "SELECT a.id, a.community, a.debtor, a.human, a.method, a.amount, a.currency, a.choice, a.state, a.idempotency_key,"
    " a.session, a.url, a.created_at, a.expires_at, a.trouble FROM attempt a WHERE "
)
_ONE = _SELECT + "a.id = $1"
_THEIRS = _ONE + (
    " AND (a.human = $2 OR a.debtor IN (SELECT debtor FROM debtor_member WHERE person = ANY($3::uuid[])))"
)
_LOCKED = _SELECT + "a.id = $1 FOR NO KEY UPDATE"
_SOME = _SELECT + "a.id = ANY($1::uuid[]) ORDER BY a.created_at"


def facts(row: Record) -> AttemptFacts:
    """A row of `_SELECT` as a value."""
    values = dict(row)
    values |= {"amount": Money(row["amount"]), "state": AttemptState(row["state"])}
    return AttemptFacts(key=values.pop("idempotency_key"), **values)


async def read_attempt(attempt: UUID) -> AttemptFacts:
    """An attempt of any estate, for jobs. Raises Missing."""
    async with unit_of_work(EVERYWHERE, read_only=True):
        row = await fetch_one(_ONE, attempt)
    if row is None:
        raise Missing
    return facts(row)


async def attempt_of(by: Principal, attempt: UUID) -> AttemptFacts:
    """An attempt that these persons began, or that is for a bill they owe. Raises Missing."""
    async with unit_of_work(by, read_only=True):
        row = await fetch_one(_THEIRS, attempt, by.human, list(by.persons))
    if row is None:
        raise Missing
    return facts(row)


async def lock_attempt(attempt: UUID) -> AttemptFacts:
    """The attempt as it is now, locked until the unit of work ends. Lock its bills first."""
    row = await fetch_one(_LOCKED, attempt)
    if row is None:
        raise Missing
    return facts(row)


async def look_soon(attempt: UUID) -> None:
    """Let the worker ask Stripe in its next round, because somebody who may have paid is waiting."""
    async with unit_of_work(EVERYWHERE):
        await fetch("UPDATE attempt SET looks = 0 WHERE id = $1", attempt)


async def live_attempts(bills: Collection[UUID]) -> list[AttemptFacts]:
    """The attempts that cover any of these bills now (I-P4). Lock the bills first."""
    rows = await fetch("SELECT DISTINCT attempt FROM attempt_bill WHERE live AND bill = ANY($1::uuid[])", list(bills))
    return [facts(row) for row in await fetch(_SOME, [row["attempt"] for row in rows])]


async def bills_of(attempt: UUID) -> list[UUID]:
    """The bills that an attempt covers or covered."""
    return [row["bill"] for row in await fetch("SELECT bill FROM attempt_bill WHERE attempt = $1", attempt)]


async def designation_of(attempt: UUID) -> tuple[Part, ...]:
    """What the payer chose, in the order of due dates and lines."""
    rows = await fetch(
        "SELECT al.line, al.amount FROM attempt_line al JOIN bill_line l ON l.id = al.line JOIN bill b ON b.id = l.bill"
        " WHERE al.attempt = $1 ORDER BY b.due_on, b.number, l.position",
        attempt,
    )
    return tuple(Part(row["line"], Money(row["amount"])) for row in rows)


async def move(attempt: AttemptFacts, to: AttemptState, *, trouble: str | None = None, actor: str) -> None:
    """Set the next state while the attempt is locked. One that has ended covers no bill any more. Raises Refused."""
    ATTEMPT_MOVES.check(attempt.state, to)
    await fetch("UPDATE attempt SET state = $2, trouble = $3 WHERE id = $1", attempt.id, to.value, trouble)
    if to in ENDED:
        await fetch("UPDATE attempt_bill SET live = false WHERE attempt = $1", attempt.id)
    if to in (AttemptState.failed, AttemptState.expired):
        await record(
            actor, AuditVerb.ATTEMPT_ENDED, f"attempt:{attempt.id}", community=attempt.community, reason=trouble, to=to
        )
