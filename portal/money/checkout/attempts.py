"""Start a payment: the attempt is committed before Stripe is called, so that nothing is requested twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from portal.kit import clock
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money, total
from portal.money.checkout.records import LIFETIME, AttemptFacts, live_attempts, lock_attempt, move, read_attempt
from portal.money.checkout.settling import STRIPE, end_attempt, mismatch, settle
from portal.money.online.states import AttemptState, Method
from portal.money.payments.choosing import Choice, bills_of_lines, chosen, lock_bills, refuse_foreign
from portal.money.payments.rules import NOTHING_CHOSEN, Part, designate
from portal.money.stripe.gateway import Order, SessionFacts, StripeRefused, StripeSilent, gateway
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_value, retrying, unit_of_work

LEAST = Money(400)  # Stripe's minimum charge, about half a US dollar
MOST = Money(99_999_999)  # eight digits

TOO_SMALL = N_("The minimum for an online payment is %(least)s. For less, please pay at the service centre.")
TOO_LARGE = N_("The maximum for one online payment is %(most)s. Please split it into several payments.")
ELSEWHERE = N_(
    "Someone else started paying this bill at %(since)s. To avoid paying twice, please wait until "
    "they have finished or cancelled, or until %(until)s at the latest."
)
UNDER_WAY = N_("A payment for this bill is being confirmed. Please look at your payments.")
SILENT = N_(
    "The payment service is not responding, so your earlier payment could not be closed. Nothing was "
    "charged. Please try again in a few minutes."
)
CHANGED = N_("This bill has just changed. Please look at it again.")


@dataclass(frozen=True)
class Started:
    """An attempt. `url` is the page to pay on; None if Stripe gave none, and then the attempt's page says why."""

    id: UUID
    url: str | None


async def start_payment(
    by: Principal, *, bills: Sequence[UUID], lines: Sequence[UUID], amount: Money | None, method: Method
) -> Started:
    """Begin to pay bills and lines, or continue the payment of the same choice if it is open already.

    The payer's own attempt at another choice is ended at Stripe first. Raises Missing for bills the payer may not see,
    Refused if they are paid, on their way or being paid by somebody else, Invalid("amount") for an impossible sum.
    """
    if not (bills or lines):
        raise Invalid("bill", NOTHING_CHOSEN)
    for _ in range(4):
        claim = await _claim(by, bills, lines, amount, method)
        if claim.go_on:
            return await reach(claim.go_on)
        for old in claim.end_first:
            await give_up(old)
    raise Refused(CHANGED)


@dataclass(frozen=True)
class _Claim:
    """An attempt to continue, or older ones that have to be ended first."""

    go_on: UUID | None = None
    end_first: tuple[AttemptFacts, ...] = ()


@retrying
async def _claim(
    by: Principal, bills: Sequence[UUID], lines: Sequence[UUID], amount: Money | None, method: Method
) -> _Claim:
    async with unit_of_work(by):
        touched = await bills_of_lines(bills, lines)
        await refuse_foreign(touched, by.persons)
        await lock_bills(touched)
        choice = await chosen(bills, lines)
        parts = designate(choice.lines, amount)
        currency = await fetch_value("SELECT currency FROM community WHERE id = $1", choice.community)
        _refuse_sum(total(part.amount for part in parts))
        covered = _covered(choice, parts)
        digest = _digest(parts)
        live = await live_attempts(covered)
        for old in live:
            if old.human == by.human and (old.choice, old.method) == (digest, method.value) and not old.over:
                if old.state is AttemptState.completed:
                    raise Refused(UNDER_WAY)
                if not old.stuck:
                    return _Claim(go_on=old.id)
        for old in live:
            _refuse_others(old, by)
        if live:
            return _Claim(end_first=tuple(live))
        return _Claim(
            go_on=await _insert(
                by, choice, parts=parts, covered=covered, digest=digest, currency=currency, method=method
            )
        )


def _refuse_others(old: AttemptFacts, by: Principal) -> None:
    if old.state is AttemptState.completed:
        raise Refused(UNDER_WAY)
    if old.human != by.human and not old.over and not old.stuck:
        raise Refused(ELSEWHERE, since=old.created_at, until=old.created_at + LIFETIME)


def _refuse_sum(sum_: Money) -> None:
    if sum_ < LEAST:
        raise Invalid("amount", TOO_SMALL, least=LEAST)
    if sum_ > MOST:
        raise Invalid("amount", TOO_LARGE, most=MOST)


def _covered(choice: Choice, parts: Collection[Part]) -> list[UUID]:
    """The bills that get some of the money."""
    bill_of = {one.line: one.bill for one in choice.lines}
    return sorted({bill_of[part.line] for part in parts})


def _digest(parts: Sequence[Part]) -> str:
    """A digest of lines and sums: the same lines with the same sums are the same choice."""
    return hashlib.sha256(json.dumps(sorted((str(p.line), p.amount.fen) for p in parts)).encode()).hexdigest()


async def _insert(
    by: Principal,
    choice: Choice,
    parts: Sequence[Part],
    covered: Sequence[UUID],
    digest: str,
    currency: str,
    method: Method,
) -> UUID:
    attempt, amount = uuid4(), total(part.amount for part in parts)
    await fetch(
        "INSERT INTO attempt (id, community, debtor, human, method, amount, currency, choice, state, idempotency_key,"
        " created_at, expires_at, looks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0)",
        attempt,
        choice.community,
        choice.debtor,
        by.human,
        method.value,
        amount.fen,
        currency,
        digest,
        AttemptState.creating.value,
        f"attempt-{attempt}",
        clock.now(),
        clock.real_now() + LIFETIME,
    )
    await fetch(
        "INSERT INTO attempt_line (id, community, attempt, line, amount)"
        " SELECT gen_random_uuid(), $1, $2, l, a FROM unnest($3::uuid[], $4::bigint[]) AS part(l, a)",
        choice.community,
        attempt,
        [part.line for part in parts],
        [part.amount.fen for part in parts],
    )
    await fetch(
        "INSERT INTO attempt_bill (id, community, attempt, bill, live)"
        " SELECT gen_random_uuid(), $1, $2, b, true FROM unnest($3::uuid[]) b",
        choice.community,
        attempt,
        list(covered),
    )
    await record(
        by.actor,
        AuditVerb.ATTEMPT_STARTED,
        f"attempt:{attempt}",
        community=choice.community,
        amount=amount,
        method=method,
        bills=tuple(str(bill) for bill in covered),
    )
    return attempt


async def reach(attempt: UUID) -> Started:
    """Ask Stripe for the attempt's session, always with the attempt's one key, and store its address (I-P7).

    Raises Invalid("amount") if Stripe does not accept the sum, Refused if the attempt was ended meanwhile.
    """
    known = await read_attempt(attempt)
    if known.url or known.state not in (AttemptState.creating, AttemptState.unknown):
        return Started(attempt, known.url if known.state is AttemptState.open else None)
    try:
        session = await gateway.open_session(await _order(known))
    except StripeSilent as silent:
        await _mark_unknown(known, str(silent))
        return Started(attempt, None)
    except StripeRefused as error:
        await end_attempt(known, AttemptState.failed, f"stripe: {error}")
        if error.code == "amount_too_small":
            raise Invalid("amount", TOO_SMALL, least=LEAST) from error
        return Started(attempt, None)
    return await _keep(known, session)


async def _order(known: AttemptFacts) -> Order:
    """All that Stripe gets, taken from what is stored: bill numbers and sums, no names and no homes."""
    async with unit_of_work(known.community, read_only=True):
        rows = await fetch(
            "SELECT b.number, sum(al.amount)::bigint AS fen FROM attempt_line al JOIN bill_line l ON l.id = al.line"
            " JOIN bill b ON b.id = l.bill WHERE al.attempt = $1 GROUP BY b.number ORDER BY b.number",
            known.id,
        )
    return Order(
        attempt=known.id,
        key=known.key,
        method=known.method,
        currency=known.currency,
        goods=[(f"物业账单 Bill {row['number']}", Money(row["fen"])) for row in rows],
        expires_at=known.expires_at,
        success_url=f"{gateway.base_url}/payments/return?cs={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{gateway.base_url}/payments/{known.id}",
    )


@retrying
async def _mark_unknown(known: AttemptFacts, trouble: str) -> None:
    async with unit_of_work(known.community):
        attempt = await lock_attempt(known.id)
        if attempt.state is AttemptState.creating:
            await move(attempt, AttemptState.unknown, trouble=trouble, actor="system:stripe")


async def _keep(known: AttemptFacts, session: SessionFacts) -> Started:
    """Store the address, unless the attempt was ended while Stripe was answering: then nobody may pay that session."""
    if wrong := mismatch(known, session):
        await _close_session(session.id)
        await end_attempt(known, AttemptState.failed, f"session: {wrong}")
        return Started(known.id, None)
    if await _store(known, session):
        return Started(known.id, session.url)
    await _close_session(session.id)
    raise Refused(CHANGED)


@retrying
async def _store(known: AttemptFacts, session: SessionFacts) -> bool:
    async with unit_of_work(known.community):
        attempt = await lock_attempt(known.id)
        if attempt.state in (AttemptState.creating, AttemptState.unknown):
            await fetch("UPDATE attempt SET session = $2, url = $3 WHERE id = $1", known.id, session.id, session.url)
            await move(attempt, AttemptState.open, actor="system:stripe")
            return True
        return attempt.session == session.id and attempt.state is AttemptState.open


async def _close_session(session: str) -> None:
    """Try once to end the session: nobody got its address, so nobody can pay it, and it expires by itself."""
    try:
        await gateway.expire(session)
    except (StripeSilent, StripeRefused):
        return


async def give_up(old: AttemptFacts, *, actor: str = STRIPE) -> AttemptState:
    """End an attempt so that another may begin, and return its state. If it was paid meanwhile, the money is posted.

    Its session is ended at Stripe first. Raises Refused if Stripe does not answer, as the session may still be paid.
    """
    if old.session is None:
        return await end_attempt(old, AttemptState.expired, "given up before Stripe gave an address", actor=actor)
    try:
        session = await _expired_or_as_it_is(old.session)
    except StripeSilent as silent:
        raise Refused(SILENT) from silent
    except StripeRefused as error:
        return await end_attempt(old, AttemptState.failed, f"stripe: {error}", actor=actor)
    return await settle(old, session, actor=actor)


async def _expired_or_as_it_is(session: str) -> SessionFacts:
    """Expire a session, and return how it stands if it is over or paid already. Raises StripeSilent."""
    try:
        return await gateway.expire(session)
    except StripeRefused:
        return await gateway.session(session)
