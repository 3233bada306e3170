"""Save opening balances from the previous books, as one issued bill for each unit and month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from portal.fees.bills.actions import NewBill, NewLine, issue_bills
from portal.fees.receivables.states import BillKind
from portal.homes.units.debtors import ensure_debtors
from portal.kit.money import Money, total
from portal.kit.period import Month
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch
from portal.records.checking.queries import Cells, Change
from portal.records.checking.ties import first_owned_day, owners_on
from portal.records.saving.saving import Names


async def issue_openings(community: int, changes: Sequence[Change], names: Names, *, on: date) -> list[Money]:
    """Issue the new ones, due on the days given; who owned the unit on the month's first owned day owes them.

    `on` is the day of the import: bills that are due later are issued then, older ones on their due day. Answers
    the total of each bill.
    """
    by_bill: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in changes:
        if change.old is None:
            by_bill[change.new["unit"], change.new["period"]].append(change)
    if not by_bill:
        return []
    kinds = {
        row["id"]: row["kind"]
        for row in await fetch("SELECT id, kind FROM charge_item WHERE community = $1", community)
    }
    ties = await _ties(community, sorted({unit for unit, _ in by_bill}))
    owners: dict[tuple[str, str], tuple[UUID, ...]] = {}
    for unit, period in by_bill:
        day = first_owned_day(ties[unit], period)
        assert day is not None, "checked before"
        owners[unit, period] = tuple(sorted(owners_on(ties[unit], day)))
    debtors = await ensure_debtors(community, {(names["units"][unit], who) for (unit, _), who in owners.items()})
    bills = [
        NewBill(
            unit=names["units"][unit],
            debtor=debtors[names["units"][unit], owners[unit, period]],
            period=Month.parse(period),
            due_on=rows[0].new["due_on"],
            lines=[_line(row.new, names, kinds) for row in rows],
        )
        for (unit, period), rows in by_bill.items()
    ]
    by_day: dict[date, list[NewBill]] = defaultdict(list)
    for bill in bills:
        by_day[min(on, bill.due_on)].append(bill)  # the old books have it from before it was due
    for day, dues in sorted(by_day.items()):
        await issue_bills(community, dues, kind=BillKind.opening, issued_on=day)
    return [bill.total for bill in bills]


async def record_openings(community: int, totals: Sequence[Money], *, actor: str) -> None:
    """The audit row of all opening balances of an import."""
    if totals:
        await record(
            actor,
            AuditVerb.OPENING_BALANCES_ISSUED,
            f"community:{community}",
            community=community,
            bills=len(totals),
            total=total(totals),
        )


def _line(cells: Cells, names: Names, kinds: dict[UUID, str]) -> NewLine:
    item, month = names["charge_items"][cells["item"]], Month.parse(cells["period"])
    return NewLine(item=item, kind=kinds[item], first=month, last=month, amount=Money(cells["amount"]))


async def _ties(community: int, units: list[str]) -> dict[str, list[Cells]]:
    grouped: dict[str, list[Cells]] = defaultdict(list)
    for row in await fetch(
        "SELECT u.name AS unit, o.person, o.role, o.starts_on AS from, o.ends_on AS to"
        " FROM occupancy o JOIN unit u ON u.id = o.unit WHERE o.community = $1"
        " AND u.name = ANY($2)",
        community,
        units,
    ):
        grouped[row["unit"]].append(dict(row))
    return grouped
