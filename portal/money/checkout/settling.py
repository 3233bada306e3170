"""Turn a Stripe session into a payment. Every source uses this, and it can run any number of times."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from portal.fees.ledger.actions import Entry, post
from portal.fees.ledger.rules import clearing
from portal.fees.ledger.states import Account, JournalKind
from portal.fees.receivables.states import PaymentChannel
from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.money.checkout.records import (
    SUSPENSE,
    AttemptFacts,
    bills_of,
    designation_of,
    lock_attempt,
    look_soon,
    move,
    read_attempt,
)
from portal.money.online.states import ATTEMPT_MOVES, AttemptState
from portal.money.payments.actions import Incoming, post_payment
from portal.money.payments.choosing import lock_bills
from portal.money.stripe.gateway import SessionFacts, StripeRefused, StripeSilent, gateway
from portal.people.estates.queries import today_in
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_value, retrying, unit_of_work

STRIPE = "system:stripe"


async def ensure_posted(attempt: UUID, *, session: str | None = None, on: date | None = None) -> AttemptState:
    """Ask Stripe how the attempt's session stands, act on it, and return the attempt's state (I-P1, I-P2).

    The webhook job, the return page and the polling job may call it at the same instant. `session` is the id that an
    event named, for an attempt that crashed before it could store it. Raises StripeSilent, Missing.
    """
    known = await read_attempt(attempt)
    session = known.session or session
    if known.state is AttemptState.posted or session is None:
        return known.state
    try:
        stripe_session = await gateway.session(session)
    except StripeRefused as error:
        if not error.missing:
            raise StripeSilent(str(error)) from error  # a wrong key says nothing about the session
        return await end_attempt(known, AttemptState.failed, str(error))
    return await settle(known, stripe_session, on=on)


@retrying
async def settle(
    known: AttemptFacts, session: SessionFacts, *, on: date | None = None, actor: str = STRIPE
) -> AttemptState:
    """In one transaction, lock the bills and the attempt, then post, suspend, end or wait, as the session says.

    `actor` is the person who asked for its end, if anybody did.
    """
    async with unit_of_work(known.community):
        await lock_bills(await bills_of(known.id))
        attempt = await lock_attempt(known.id)
        if attempt.state is AttemptState.posted:
            return attempt.state
        if session.paid:
            return await _paid(attempt, session, on)
        to = _next(session)
        if to is attempt.state or not ATTEMPT_MOVES.allows(attempt.state, to):
            return attempt.state  # older news changes nothing (I-P9)
        if to is AttemptState.open:
            if session.url is None or attempt.amount != session.amount:
                return attempt.state
            await fetch("UPDATE attempt SET session = $2, url = $3 WHERE id = $1", attempt.id, session.id, session.url)
        await move(attempt, to, actor=actor)
        return to


def _next(session: SessionFacts) -> AttemptState:
    if session.status == "expired":
        return AttemptState.expired
    if session.status == "complete":
        return AttemptState.failed if session.failed else AttemptState.completed
    return AttemptState.open


async def _paid(attempt: AttemptFacts, session: SessionFacts, on: date | None) -> AttemptState:
    """Post the money, or set it aside if it is not what was asked for (I-P5)."""
    intent = session.intent or session.id
    if await fetch_value("SELECT id FROM suspense WHERE intent = $1", intent):
        return attempt.state
    if why := mismatch(attempt, session):
        return await _suspend(attempt, session, intent, why)
    await move(attempt, AttemptState.posted, actor=STRIPE)
    await fetch("UPDATE attempt SET session = $2 WHERE id = $1", attempt.id, session.id)
    await post_payment(
        Incoming(
            id=attempt.id,
            community=attempt.community,
            debtor=attempt.debtor,
            channel=PaymentChannel.stripe,
            method=attempt.method,
            amount=session.amount,
            received_on=on or await today_in(attempt.community),
            designation=await designation_of(attempt.id),
            payer=attempt.human,
            intent=intent,
        ),
        actor=STRIPE,
    )
    return AttemptState.posted


def mismatch(attempt: AttemptFacts, session: SessionFacts) -> str:
    """The first fact of a session that differs from what was asked for; empty if none does."""
    if session.attempt != str(attempt.id):
        return "attempt"
    if session.currency != attempt.currency:
        return "currency"
    if session.amount != attempt.amount:
        return "amount"
    return "livemode" if session.livemode != gateway.livemode else ""


async def _suspend(attempt: AttemptFacts, session: SessionFacts, intent: str, why: str) -> AttemptState:
    """Set the money aside for a person to check. The bill stays as it was, and the payer is not asked to pay again."""
    kept = uuid4()
    await fetch(
        "INSERT INTO suspense (id, community, debtor, intent, amount, currency, why, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        kept,
        attempt.community,
        attempt.debtor,
        intent,
        session.amount.fen,
        session.currency,
        why,
        clock.now(),
    )
    if session.currency == attempt.currency and session.livemode == gateway.livemode and session.amount > Money(0):
        postings = [(clearing(PaymentChannel.stripe), session.amount), (Account.suspense, -session.amount)]
        today = await today_in(attempt.community)
        await post(attempt.community, JournalKind.payment, [Entry(kept, postings)], on=today)
    await record(
        STRIPE,
        AuditVerb.PAYMENT_SUSPENDED,
        f"attempt:{attempt.id}",
        community=attempt.community,
        reason=why,
        amount=session.amount,
        currency=session.currency,
        asked=attempt.amount,
    )
    if ATTEMPT_MOVES.allows(attempt.state, AttemptState.failed):
        await move(attempt, AttemptState.failed, trouble=SUSPENSE, actor=STRIPE)
        return AttemptState.failed
    await fetch("UPDATE attempt SET trouble = $2 WHERE id = $1", attempt.id, SUSPENSE)  # money came after it had ended
    return attempt.state


@retrying
async def end_attempt(known: AttemptFacts, to: AttemptState, trouble: str, *, actor: str = STRIPE) -> AttemptState:
    """End an attempt that has no session, and return its state.

    It stays as it is if it has moved on by itself, or got its session since it was read: somebody may be paying there.
    """
    async with unit_of_work(known.community):
        await lock_bills(await bills_of(known.id))
        attempt = await lock_attempt(known.id)
        if attempt.session != known.session or not ATTEMPT_MOVES.allows(attempt.state, to):
            return attempt.state
        await move(attempt, to, trouble=trouble, actor=actor)
        return to


async def come_back(by: Principal, session: str) -> UUID:
    """The payment of a session, brought up to date if Stripe answers. Raises Missing if it is not the reader's."""
    async with unit_of_work(by, read_only=True):
        attempt: UUID | None = await fetch_value(
            "SELECT a.id FROM attempt a WHERE a.session = $1 AND (a.human = $2 OR a.debtor IN"
            " (SELECT debtor FROM debtor_member WHERE person = ANY($3::uuid[])))",
            session,
            by.human,
            list(by.persons),
        )
    if attempt is None:
        raise Missing
    try:
        await ensure_posted(attempt)
    except StripeSilent:  # shown as pending until the webhook comes or the worker asks, within a minute
        await look_soon(attempt)
    return attempt
