"""Request, approve or refuse a correction. Approval reduces the line and turns any overpayment into credit."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from asyncpg import Record

from portal.fees.ledger.actions import Entry, post
from portal.fees.ledger.rules import charged, receivable
from portal.fees.ledger.states import Account, JournalKind
from portal.fees.receivables.states import AdjustmentKind
from portal.homes.units.debtors import tell_debtor
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import ZERO, Money
from portal.money.corrections.states import CORRECTION_MOVES, CorrectionKind, CorrectionState
from portal.money.online.actions import close_online
from portal.money.payments.actions import add_credit
from portal.money.payments.choosing import lock_bills
from portal.money.payments.rules import take_back
from portal.people.notices.states import NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, retrying, unit_of_work

TOO_MUCH_CREDIT = N_("No more than %(most)s can be credited on this line.")


async def credit_line(
    line: UUID,
    amount: Money,
    *,
    kind: AdjustmentKind,
    reason: str,
    made_by: str,
    approved_by: str | None,
    source: UUID | None,
    on: date,
) -> UUID:
    """Take `amount` (above zero) off a line in the caller's transaction, and return the adjustment's id.

    If more was paid on the line than its new sum, the rest is taken back, newest payment first, and becomes the
    debtor's credit in the same transaction (I-B5). Open online payments of the bill are ended. Raises Missing, and
    Invalid("amount") if it is more than the line asks.
    """
    row = await fetch_one(
        "SELECT l.bill, l.community, b.debtor, i.kind FROM bill_line l JOIN bill b ON b.id = l.bill"
        " JOIN charge_item i ON i.id = l.item WHERE l.id = $1",
        line,
    )
    if row is None:
        raise Missing
    await lock_bills([row["bill"]])
    balance = await fetch_one("SELECT fen, outstanding FROM line_balance WHERE line = $1", line)
    assert balance is not None
    if not ZERO < amount <= Money(balance["fen"]):
        raise Invalid("amount", TOO_MUCH_CREDIT, most=Money(balance["fen"]))
    adjustment = uuid4()
    await fetch(
        "INSERT INTO adjustment (id, community, line, kind, amount, reason, made_by, approved_by, source, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        adjustment,
        row["community"],
        line,
        kind.value,
        -amount.fen,
        reason,
        made_by,
        approved_by,
        source,
        clock.now(),
    )
    excess = max(amount - Money(balance["outstanding"]), ZERO)
    owes = receivable(row["kind"])
    entry = Entry(
        adjustment, [(charged(row["kind"]), amount), (owes, excess - amount), (Account.owner_credit, -excess)]
    )
    await post(row["community"], JournalKind.adjustment, [entry], on=on, reason=reason)
    await close_online([row["bill"]])
    if excess:
        await _release(line, excess, row["community"], row["debtor"], adjustment)
    await record(
        made_by,
        AuditVerb.LINE_ADJUSTED,
        f"line:{line}",
        community=row["community"],
        reason=reason,
        adjustment=adjustment,
        amount=-amount,
        approved_by=approved_by,
        source=source,
        to_credit=excess,
    )
    return adjustment


async def _release(line: UUID, excess: Money, community: int, debtor: UUID, adjustment: UUID) -> None:
    """Write negative allocations and credits, payment by payment, and notify those whose money it is."""
    live = await fetch(
        "SELECT a.payment, sum(a.amount)::bigint AS applied FROM allocation a JOIN payment p ON p.id = a.payment"
        " WHERE a.line = $1 GROUP BY a.payment, p.number HAVING sum(a.amount) > 0 ORDER BY p.number DESC",
        line,
    )
    now = clock.now()
    for payment, taken in take_back(excess, [(row["payment"], Money(row["applied"])) for row in live]):
        await fetch(
            "INSERT INTO allocation (id, community, payment, line, amount, reason, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            uuid4(),
            community,
            payment,
            line,
            -taken.fen,
            f"adjustment:{adjustment}",
            now,
        )
        await add_credit(community, debtor, payment, taken, reason=f"adjustment:{adjustment}")
    await tell_debtor(
        debtor,
        NoticeKind.credit_left,
        community=community,
        subject=f"adjustment:{adjustment}",
        link="/payments",
        amount=excess,
    )


TOO_MUCH = N_("This line comes to %(most)s. Enter no more than that.")
WAITING = N_("A correction of this line is already waiting for approval.")
OWN = N_("Another manager has to answer this, because you requested it yourself.")


@retrying
async def ask_correction(by: Principal, line: UUID, *, kind: CorrectionKind, amount: Money, reason: str) -> UUID:
    """Ask to take `amount` off a line, and return the request's id. No money moves yet.

    Raises Missing for a line of another estate, Invalid above the line's sum, Refused while another request waits.
    """
    async with unit_of_work(*by.where(May.ask_corrections)):
        row = await fetch_one(
            "SELECT l.bill, l.community, w.fen FROM bill_line l JOIN line_balance w ON w.line = l.id"
            " WHERE l.id = $1 AND l.community = ANY($2)",
            line,
            list(by.where(May.ask_corrections)),
        )
        if row is None:
            raise Missing
        await lock_bills([row["bill"]])
        if not ZERO < amount <= Money(row["fen"]):
            raise Invalid("amount", TOO_MUCH, most=Money(row["fen"]))
        if await fetch_value("SELECT id FROM correction WHERE line = $1 AND state = 'waiting'", line):
            raise Refused(WAITING)
        correction = uuid4()
        await fetch(
            "INSERT INTO correction (id, community, line, kind, amount, reason, state, asked_by, asked_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8)",
            correction,
            row["community"],
            line,
            kind.value,
            amount.fen,
            reason,
            await staff_of(by, row["community"]),
            clock.now(),
        )
        await _record(by, AuditVerb.CORRECTION_ASKED, correction, row["community"], reason, amount=amount, line=line)
        return correction


@retrying
async def approve_correction(by: Principal, correction: UUID) -> None:
    """Approve a request: in one transaction the adjustment is made and the debtor notified.

    Raises Missing (also without the role there), and Refused to whoever asked and once it is answered.
    """
    async with unit_of_work(*by.where(May.approve_corrections)):
        row, me = await _for_answer(by, correction, CorrectionState.approved)
        adjustment = await credit_line(
            row["line"],
            Money(row["amount"]),
            kind=AdjustmentKind(row["kind"]),
            reason=row["reason"],
            made_by=f"staff:{row['asker']}",
            approved_by=by.actor,
            source=correction,
            on=clock.today(row["timezone"]),
        )
        await _answer(correction, CorrectionState.approved, me, None, adjustment)
        await _record(
            by, AuditVerb.CORRECTION_APPROVED, correction, row["community"], row["reason"], adjustment=adjustment
        )
        await tell_debtor(
            row["debtor"],
            NoticeKind.line_corrected,
            community=row["community"],
            subject=f"correction:{correction}",
            link=f"/bills/{row['bill']}/lines/{row['line']}",
            amount=Money(row["amount"]),
            why=row["reason"],
        )


@retrying
async def refuse_correction(by: Principal, correction: UUID, text: str) -> None:
    """Refuse a request with a reason. Raises as `approve_correction` does."""
    async with unit_of_work(*by.where(May.approve_corrections)):
        row, me = await _for_answer(by, correction, CorrectionState.refused)
        await _answer(correction, CorrectionState.refused, me, text, None)
        await _record(by, AuditVerb.CORRECTION_REFUSED, correction, row["community"], text)


async def _for_answer(by: Principal, correction: UUID, to: CorrectionState) -> tuple[Record, UUID]:
    """The request, with its bill and itself locked, and the member of staff who answers."""
    bill = await fetch_value(
        "SELECT l.bill FROM correction c JOIN bill_line l ON l.id = c.line WHERE c.id = $1 AND c.community = ANY($2)",
        correction,
        list(by.where(May.approve_corrections)),
    )
    if bill is None:
        raise Missing
    await lock_bills([bill])
    row = await fetch_one(
        "SELECT c.*, l.bill, b.debtor, s.human AS asker, e.timezone FROM correction c"
        " JOIN bill_line l ON l.id = c.line JOIN bill b ON b.id = l.bill JOIN staff s ON s.id = c.asked_by"
        " JOIN community e ON e.id = c.community WHERE c.id = $1 FOR NO KEY UPDATE OF c",
        correction,
    )
    assert row is not None
    CORRECTION_MOVES.check(row["state"], to)
    me = await staff_of(by, row["community"])
    if me == row["asked_by"]:
        raise Refused(OWN)
    return row, me


async def _answer(correction: UUID, to: CorrectionState, me: UUID, answer: str | None, adjustment: UUID | None) -> None:
    await fetch(
        "UPDATE correction SET state = $2, answered_by = $3, answered_at = $4, answer = $5, adjustment = $6"
        " WHERE id = $1",
        correction,
        to.value,
        me,
        clock.now(),
        answer,
        adjustment,
    )


async def _record(
    by: Principal, verb: AuditVerb, correction: UUID, community: int, reason: str, **facts: object
) -> None:
    await record(by.actor, verb, f"correction:{correction}", community=community, reason=reason, **facts)
