"""Post a payment once, with journal, audit row and notice, and end open online payments for the same lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from portal.fees.ledger.actions import Entry, post
from portal.fees.ledger.rules import clearing, receivable
from portal.fees.ledger.states import Account, JournalKind
from portal.fees.receivables.states import PaymentChannel
from portal.homes.units.debtors import tell_debtor
from portal.kit import clock
from portal.kit.money import Money
from portal.money.online.actions import close_online
from portal.money.payments.check_code import new_check_code
from portal.money.payments.choosing import lock_bills, outstanding_of
from portal.money.payments.rules import Part, allocate
from portal.people.notices.actions import tell
from portal.people.notices.states import NoticeKind
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value


@dataclass(frozen=True)
class Incoming:
    """Money that came in, and what it is for. `id` is the attempt's; at the counter it is new."""

    id: UUID
    community: int
    debtor: UUID
    channel: PaymentChannel
    method: str
    amount: Money
    received_on: date
    designation: tuple[Part, ...]
    payer: UUID | None = None
    taken_by: str | None = None
    reference: str | None = None
    intent: str | None = None


@dataclass(frozen=True)
class Posted:
    """The result of posting: `surplus` became credit; `new` is False if it had been posted before."""

    id: UUID
    number: int
    surplus: Money
    new: bool


async def post_payment(money: Incoming, *, actor: str) -> Posted:
    """Post money in the caller's transaction, exactly once for its id and for its Stripe intent (I-P1).

    Locks the bills by id, applies to each line at most what it still owes, and keeps the rest as the debtor's credit
    (I-P3, I-P6). Other online payments open for these bills are ended. The receipt's number is taken late, because
    the next payment has to wait for it. An arrears case that this pays closes when the transaction ends
    (arrears/cases/guards.sql).
    """
    touched = await _bills_of(money.designation)
    await lock_bills(touched)
    if before := await _posted_before(money):
        return before
    applied, surplus = allocate(money.amount, money.designation, await outstanding_of(money.designation))
    await _book(money, applied, surplus)
    number = await _insert(money, applied, surplus)
    await close_online(touched)
    await record(
        actor,
        AuditVerb.PAYMENT_RECORDED,
        f"payment:{money.id}",
        community=money.community,
        amount=money.amount,
        channel=money.channel,
        surplus=surplus,
        number=number,
    )
    await _tell(money, number, surplus)
    return Posted(money.id, number, surplus, new=True)


async def _bills_of(designation: tuple[Part, ...]) -> list[UUID]:
    rows = await fetch(
        "SELECT DISTINCT bill FROM bill_line WHERE id = ANY($1::uuid[])", [part.line for part in designation]
    )
    return [row["bill"] for row in rows]


async def _posted_before(money: Incoming) -> Posted | None:
    row = await fetch_one(
        "SELECT p.id, p.number, coalesce((SELECT sum(amount) FROM credit WHERE payment = p.id), 0)::bigint AS surplus"
        " FROM payment p WHERE p.id = $1 OR p.intent = $2",
        money.id,
        money.intent,
    )
    return Posted(id=row["id"], number=row["number"], surplus=Money(row["surplus"]), new=False) if row else None


async def _insert(money: Incoming, applied: tuple[Part, ...], surplus: Money) -> int:
    """Write the payment with its allocations, and return its number."""
    now = clock.now()
    number: int = await fetch_value(
        "UPDATE community SET last_payment_number = last_payment_number + 1 WHERE id = $1"
        " RETURNING last_payment_number",
        money.community,
    )
    await fetch(
        "INSERT INTO payment (id, community, number, debtor, channel, method, amount, received_on, payer, taken_by,"
        " reference, intent, designation, posted_at, check_code)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        money.id,
        money.community,
        number,
        money.debtor,
        money.channel.value,
        money.method,
        money.amount.fen,
        money.received_on,
        money.payer,
        money.taken_by,
        money.reference,
        money.intent,
        json.dumps([{"line": str(part.line), "fen": part.amount.fen} for part in money.designation]),
        now,
        new_check_code(),
    )
    await fetch(
        "INSERT INTO allocation (id, community, payment, line, amount, created_at)"
        " SELECT gen_random_uuid(), $1, $2, l, a, $3 FROM unnest($4::uuid[], $5::bigint[]) AS part(l, a)",
        money.community,
        money.id,
        now,
        [part.line for part in applied],
        [part.amount.fen for part in applied],
    )
    if surplus:
        # Nobody pays more than is owed on purpose, so staff are asked to settle it with the owner.
        await add_credit(money.community, money.debtor, money.id, surplus, reason="surplus", refund_asked=True)
    return number


async def add_credit(
    community: int, debtor: UUID, payment: UUID, amount: Money, *, reason: str, refund_asked: bool = False
) -> None:
    """Keep a part of a payment as the debtor's credit, in the caller's transaction."""
    await fetch(
        "INSERT INTO credit (id, community, debtor, payment, amount, reason, refund_asked, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        uuid4(),
        community,
        debtor,
        payment,
        amount.fen,
        reason,
        refund_asked,
        clock.now(),
    )


async def _book(money: Incoming, applied: tuple[Part, ...], surplus: Money) -> None:
    """Debit the channel's clearing account; credit what owners owe, by kind of money, and the credit that remains."""
    kinds = await kinds_of([part.line for part in applied])
    postings = [(clearing(money.channel), money.amount), (Account.owner_credit, -surplus)]
    postings += [(receivable(kinds[part.line]), -part.amount) for part in applied]
    await post(money.community, JournalKind.payment, [Entry(money.id, postings)], on=money.received_on)


async def kinds_of(lines: list[UUID]) -> dict[UUID, str]:
    """The kind of money that each line charges."""
    rows = await fetch(
        "SELECT l.id, i.kind FROM bill_line l JOIN charge_item i ON i.id = l.item WHERE l.id = ANY($1::uuid[])", lines
    )
    return {row["id"]: row["kind"] for row in rows}


async def _tell(money: Incoming, number: int, surplus: Money) -> None:
    """Notify the debtor's persons and whoever paid (it may be a tenant), each once."""
    rows = await fetch(
        "SELECT p.person, u.name FROM debtor d JOIN unit u ON u.id = d.unit"
        " JOIN LATERAL (SELECT person FROM debtor_member WHERE debtor = d.id"
        "   UNION SELECT id FROM person WHERE community = $2 AND human = $3) p ON true WHERE d.id = $1",
        money.debtor,
        money.community,
        money.payer,
    )
    if not rows:
        return
    subject, link = f"payment:{money.id}", f"/payments/{money.id}"
    await tell(
        [row["person"] for row in rows],
        NoticeKind.payment_posted,
        community=money.community,
        subject=subject,
        link=link,
        amount=money.amount,
        number=number,
        on=money.received_on,
        unit=rows[0]["name"],
    )
    if surplus:
        await tell_debtor(
            money.debtor,
            NoticeKind.credit_left,
            community=money.community,
            subject=subject,
            link=link,
            amount=surplus,
            number=number,
        )
