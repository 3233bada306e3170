"""Credit a line: an adjustment in the owner's favour, and what was paid beyond the rest becomes the owner's credit."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from portal.fees.bills.states import AdjustmentKind
from portal.fees.ledger.actions import Entry, post
from portal.fees.ledger.rules import charged, receivable
from portal.fees.ledger.states import Account, JournalKind
from portal.homes.units.debtors import tell_debtor
from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import N_
from portal.kit.money import ZERO, Money
from portal.money.payments.actions import add_credit
from portal.money.payments.choosing import lock_bills
from portal.money.payments.online import close_online
from portal.money.payments.rules import take_back
from portal.people.notices.states import NoticeKind
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one

TOO_MUCH = N_("No more than %(most)s can be credited on this line.")


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
    """Take `amount` (above zero) off a line in the running unit of work; the id of the adjustment.

    What the line had received beyond its new sum is taken back, from the newest payment first, and kept as the
    debtor's credit in the same transaction (I-B5); what is open online for the bill is ended. Raises Missing, and
    Invalid("amount") above what the line asks.
    """
    found = await fetch_one(
        "SELECT l.bill, l.community, b.debtor, i.kind FROM bill_line l JOIN bill b ON b.id = l.bill"
        " JOIN charge_item i ON i.id = l.item WHERE l.id = $1",
        line,
    )
    if found is None:
        raise Missing
    await lock_bills([found["bill"]])
    balance = await fetch_one("SELECT fen, outstanding FROM line_balance WHERE line = $1", line)
    assert balance is not None
    if not ZERO < amount <= Money(balance["fen"]):
        raise Invalid("amount", TOO_MUCH, most=Money(balance["fen"]))
    adjustment = uuid4()
    await fetch(
        "INSERT INTO adjustment (id, community, line, kind, amount, reason, made_by, approved_by, source, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        adjustment,
        found["community"],
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
    owes = receivable(found["kind"])
    entry = Entry(
        adjustment, [(charged(found["kind"]), amount), (owes, excess - amount), (Account.owner_credit, -excess)]
    )
    await post(found["community"], JournalKind.adjustment, [entry], on=on, reason=reason)
    await close_online([found["bill"]])
    if excess:
        await _release(line, excess, found["community"], found["debtor"], adjustment)
    await record(
        made_by,
        AuditVerb.LINE_ADJUSTED,
        f"line:{line}",
        community=found["community"],
        reason=reason,
        adjustment=adjustment,
        amount=-amount,
        approved_by=approved_by,
        source=source,
        to_credit=excess,
    )
    return adjustment


async def _release(line: UUID, excess: Money, community: int, debtor: UUID, adjustment: UUID) -> None:
    """Negative allocations and credits, payment by payment, and a word to those whose money it is."""
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
