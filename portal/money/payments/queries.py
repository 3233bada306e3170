"""Owners' credits, the facts of a receipt, and what the counter shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from portal.kit.display import masked_home
from portal.kit.errors import Missing
from portal.kit.i18n import Bilingual
from portal.kit.money import Money
from portal.kit.period import Month
from portal.money.payments.check_code import as_check_code
from portal.money.payments.states import Way
from portal.people.estates.creditor import Creditor
from portal.people.estates.queries import creditor_of
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, reading, unit_of_work


@dataclass(frozen=True)
class CreditRow:
    """Money of a debtor that no bill needs now."""

    debtor: UUID
    unit: str
    estate: str
    amount: Money


@reading
async def credits_of(by: Principal) -> list[CreditRow]:
    """The credit of each of the reader's homes that has any."""
    return await fetch_as(
        CreditRow,
        "SELECT c.debtor, u.name AS unit, e.name AS estate, sum(c.amount)::bigint AS amount FROM credit c"
        " JOIN debtor d ON d.id = c.debtor JOIN unit u ON u.id = d.unit JOIN community e ON e.id = d.community"
        " WHERE c.debtor IN"
        " (SELECT debtor FROM debtor_member WHERE person = ANY($1::uuid[]))"
        " GROUP BY c.debtor, u.name, e.name, u.sort_key HAVING sum(c.amount) > 0 ORDER BY u.sort_key, u.name",
        list(by.persons),
    )


@dataclass(frozen=True)
class ReceiptLine:
    """The part of a payment that went to a line when it was posted: a receipt never changes.

    `fund`: it went to the maintenance fund, which belongs to all owners.
    """

    bill_number: int
    item: Bilingual
    first: Month
    last: Month
    amount: Money
    fund: bool


@dataclass(frozen=True)
class ReceiptFacts:
    """All that a receipt says."""

    number: int
    creditor: Creditor
    unit: str
    owners: str
    payer: str
    amount: Money
    credit: Money
    way: Way
    reference: str | None
    received_on: date
    posted_at: datetime
    check_code: str
    lines: list[ReceiptLine]


@dataclass(frozen=True)
class CheckedReceipt:
    """What anybody who holds its code may know of a receipt: nobody is named, and the home is masked."""

    number: int
    amount: Money
    way: Way
    received_on: date
    home: str
    creditor: Creditor


_RECEIPT = """
SELECT p.id, p.number, p.amount, p.method, p.reference, p.received_on, p.posted_at, p.community, p.check_code,
       u.name AS unit, (SELECT names FROM debtor_names n WHERE n.debtor = p.debtor) AS owners,
       coalesce((SELECT string_agg(name, '、' ORDER BY external_id) FROM person
                 WHERE human = p.payer AND community = p.community),
                (SELECT names FROM debtor_names n WHERE n.debtor = p.debtor)) AS payer,
       (SELECT coalesce(sum(amount), 0)::bigint FROM credit WHERE payment = p.id AND reason = 'surplus')
       AS credit
FROM payment p JOIN debtor d ON d.id = p.debtor JOIN unit u ON u.id = d.unit
WHERE p.id = $1 AND (p.payer = $2 OR p.community = ANY($4::int[])
                     OR p.debtor IN (SELECT debtor FROM debtor_member WHERE person = ANY($3::uuid[])))
"""


@reading
async def receipt_of(by: Principal, payment: UUID) -> ReceiptFacts:
    """The receipt, for the payer and the debtors. Raises Missing before it is posted and for everybody else."""
    return await _receipt(await fetch_one(_RECEIPT, payment, by.human, list(by.persons), []))


@reading
async def receipt_for_desk(by: Principal, payment: UUID) -> ReceiptFacts:
    """The receipt, for staff who take money in that estate. Raises Missing."""
    return await _receipt(await fetch_one(_RECEIPT, payment, None, [], list(by.where(May.read_payments))))


async def receipt_called(code: str) -> CheckedReceipt | None:
    """The receipt with this code, of any estate; None when there is none."""
    async with unit_of_work(EVERYWHERE, read_only=True):
        row = await fetch_one(
            "SELECT p.number, p.amount, p.method, p.received_on, p.community, u.name AS unit FROM payment p"
            " JOIN debtor d ON d.id = p.debtor JOIN unit u ON u.id = d.unit WHERE p.check_code = $1",
            as_check_code(code),
        )
        if row is None:
            return None
        return CheckedReceipt(
            number=row["number"],
            amount=Money(row["amount"]),
            way=Way(row["method"]),
            received_on=row["received_on"],
            home=masked_home(row["unit"]),
            creditor=await creditor_of(row["community"]),
        )


async def _receipt(row: Record | None) -> ReceiptFacts:
    if row is None:
        raise Missing
    lines = await fetch(
        "SELECT b.number, i.name_zh, i.name_en, i.kind = 'fund' AS fund, l.first_month, l.last_month,"
        " sum(a.amount)::bigint AS fen"
        " FROM allocation a JOIN bill_line l ON l.id = a.line JOIN bill b ON b.id = l.bill"
        " JOIN charge_item i ON i.id = l.item WHERE a.payment = $1 AND a.reason IS NULL"
        " GROUP BY b.due_on, b.number, l.position, i.name_zh, i.name_en, i.kind, l.first_month, l.last_month"
        " ORDER BY b.due_on, b.number, l.position",
        row["id"],
    )
    return ReceiptFacts(
        number=row["number"],
        creditor=await creditor_of(row["community"]),
        unit=row["unit"],
        owners=row["owners"] or "",
        payer=row["payer"] or "",
        amount=Money(row["amount"]),
        credit=Money(row["credit"]),
        way=Way(row["method"]),
        reference=row["reference"],
        received_on=row["received_on"],
        posted_at=row["posted_at"],
        check_code=row["check_code"],
        lines=[
            ReceiptLine(
                bill_number=r["number"],
                item=Bilingual(r["name_zh"], r["name_en"]),
                first=Month.parse(r["first_month"]),
                last=Month.parse(r["last_month"]),
                amount=Money(r["fen"]),
                fund=r["fund"],
            )
            for r in lines
        ],
    )


def covers(of: str) -> str:
    """A table expression of (line, covered) for the credits whose row meets a condition."""
    return (
        "(SELECT o.line, o.covered FROM (SELECT debtor FROM credit WHERE " + of + " GROUP BY debtor"
        " HAVING sum(amount) > 0) d CROSS JOIN LATERAL owed_by(d.debtor) o WHERE o.covered > 0)"
    )
