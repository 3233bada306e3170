"""Search for a home, a person or a bill, and show everything about a home."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from portal.arrears.case_file.queries import cases_of_unit
from portal.arrears.case_file.rows import CaseRow
from portal.care.disputes.states import LIVE, DisputeState
from portal.fees.bills.balance import Balance
from portal.fees.bills.desk_queries import bills_of_unit
from portal.fees.bills.rows import BillRow
from portal.homes.directory.desk_queries import UnitAt, UnitRow, shown, unit_at, unit_row
from portal.homes.units.names import beginning, ends_so, holding
from portal.homes.vacancies.queries import LIVED_IN, HomeVacancies, vacancies_of_unit
from portal.kit import clock
from portal.kit.money import Money, total
from portal.kit.period import Month
from portal.kit.text import loose, plain
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch, reading
from portal.records.transfers.queries import TransferRow, transfers_of

MOST = 30
LEAST_DIGITS = 4
LIVED = LIVED_IN.format(day="($3 AT TIME ZONE c.timezone)::date")
_DIGITS = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True)
class PersonHit:
    """A person with the homes they have or had a tie to."""

    id: UUID
    name: str
    estate: str
    phone: str | None
    units: list[tuple[UUID, str]]


@dataclass(frozen=True)
class BillHit:
    """A bill found by its number."""

    id: UUID
    number: int
    unit: str
    estate: str
    period: Month


@dataclass(frozen=True)
class Hits:
    """The results; `more_units` and `more_people` count those that are not in the lists."""

    units: list[UnitRow]
    people: list[PersonHit]
    bills: list[BillHit]
    more_units: int = 0
    more_people: int = 0

    @property
    def none(self) -> bool:
        """Whether there are no results."""
        return not (self.units or self.people or self.bills)


@dataclass(frozen=True)
class DisputeHit:
    """A dispute about a line of a home's bills, or about a piece of work, which has no amount."""

    id: UUID
    state: DisputeState
    item_zh: str
    item_en: str
    amount: Money | None
    live: bool


@dataclass(frozen=True)
class UnitBill:
    """A bill and the names of its debtors."""

    bill: BillRow
    owed_by: str


@dataclass(frozen=True)
class UnitPage:
    """A home, its people, its bills with their balances, and all that is open about it."""

    unit: UnitAt
    bills: list[UnitBill]
    cases: list[CaseRow]
    disputes: list[DisputeHit]
    transfers: list[TransferRow]
    vacancies: HomeVacancies

    @property
    def outstanding(self) -> Money:
        """The sum still to be paid on all of its bills, by whatever debtor."""
        return total(balance.outstanding for balance in self._standing)

    @property
    def held(self) -> Money:
        """The part of it that is under review."""
        return total(balance.held for balance in self._standing)

    @property
    def covered(self) -> Money:
        """The part that the debtors' credit covers."""
        return total(balance.covered for balance in self._standing)

    @property
    def payable(self) -> Money:
        """Outstanding without what is under review."""
        return self.outstanding - self.held

    @property
    def asked(self) -> Money:
        """The sum to be paid now."""
        return self.payable - self.covered

    @property
    def _standing(self) -> list[Balance]:
        """The standing of a bill's balance; a replaced bill asks for nothing, its replacement does."""
        return [one.bill.balance for one in self.bills if not one.bill.balance.replaced]


@reading
async def unit_page(by: Principal, unit: UUID) -> UnitPage:
    """All about a home in the reader's communities. Raises Missing."""
    unit_view = await unit_at(by, unit)
    bills = await bills_of_unit(by, unit)
    names = await fetch(
        "SELECT b.id, n.names FROM debtor d JOIN debtor_names n ON n.debtor = d.id JOIN bill b ON b.debtor = d.id"
        " WHERE d.unit = $1",
        unit,
    )
    owed_by = {row["id"]: row["names"] for row in names}
    return UnitPage(
        unit=unit_view,
        bills=[UnitBill(bill, owed_by.get(bill.id, "")) for bill in bills],
        cases=await cases_of_unit(by, unit),
        disputes=await _disputes(unit),
        transfers=await transfers_of(by, unit),
        vacancies=await vacancies_of_unit(by, unit),
    )


async def _disputes(unit: UUID) -> list[DisputeHit]:
    rows = await fetch(
        "SELECT d.id, d.state, d.amount, coalesce(i.name_zh, r.title) AS name_zh,"
        " coalesce(i.name_en, r.title) AS name_en FROM dispute d JOIN debtor o ON o.id = d.debtor"
        " LEFT JOIN bill_line l ON l.id = d.line"
        " LEFT JOIN charge_item i ON i.id = l.item LEFT JOIN service_record r ON r.id = d.service"
        " WHERE o.unit = $1 ORDER BY d.opened_at DESC",
        unit,
    )
    return [
        DisputeHit(
            id=row["id"],
            state=DisputeState(row["state"]),
            item_zh=row["name_zh"],
            item_en=row["name_en"],
            amount=None if row["amount"] is None else Money(row["amount"]),
            live=DisputeState(row["state"]) in LIVE,
        )
        for row in rows
    ]


@reading
async def search(by: Principal, words: str) -> Hits:
    """Homes by their common name in any spelling, people by name or the last digits of a phone, bills by number."""
    wanted = words.strip()[:80]
    communities = list(by.where(May.read_homes))
    if not wanted:
        return Hits([], [], [])
    units, more_units = await _units(communities, wanted)
    people, more_people = await _people(by, communities, wanted)
    return Hits(units, people, await _bills(communities, wanted), more_units, more_people)


async def _units(communities: list[int], words: str) -> tuple[list[UnitRow], int]:
    """The home of that name alone if there is one, else those whose name begins with it and then those that hold it;
    and how many more there are."""
    name = loose(words)
    rows = await fetch(
        f"SELECT u.id, c.name AS estate, u.name, u.building, u.use, u.billable_area, {LIVED} AS occupancy,"
        "   count(*) OVER () AS found, ARRAY(SELECT p.name FROM occupancy o JOIN person p ON p.id = o.person"
        "     WHERE o.unit = u.id AND o.role IN ('owner', 'co_owner')"
        "     AND coalesce(o.starts_on, '-infinity') <= ($3 AT TIME ZONE c.timezone)::date"
        "     AND coalesce(o.ends_on, 'infinity') >= ($3 AT TIME ZONE c.timezone)::date ORDER BY p.name) AS owners"
        " FROM unit u JOIN community c ON c.id = u.community WHERE u.community = ANY($1)"
        " AND (u.name ~ $2 OR ($4 AND strpos(lower(u.name), lower($5)) > 0))"
        ' ORDER BY u.name ~ $6 DESC, c.code, u.sort_key COLLATE "C" LIMIT 500',
        communities,
        holding(name),
        clock.now(),
        not _DIGITS.search(name),
        words,
        beginning(name),
    )
    result = [(loose(row["name"]), unit_row(row)) for row in rows]
    exact = [unit for key, unit in result if key == name]
    if exact:
        return exact, 0
    held = [unit for key, unit in result if name in key or ends_so(name, key)]
    unread = rows[0]["found"] - len(rows) if rows else 0
    return held[:MOST], max(0, len(held) + unread - MOST)


async def _people(by: Principal, communities: list[int], words: str) -> tuple[list[PersonHit], int]:
    digits = "".join(_DIGITS.findall(words.removeprefix("+86")))
    is_phone = len(digits) >= LEAST_DIGITS and not re.search(r"[^\d\s+()-]", words)
    rows = await fetch(
        "SELECT p.id, p.name, p.community, c.name AS estate, p.phone, count(*) OVER () AS found,"
        "   ARRAY(SELECT DISTINCT u.id::text || '|' || u.name FROM occupancy o JOIN unit u ON u.id = o.unit"
        "     WHERE o.person = p.id) AS units"
        " FROM person p JOIN community c ON c.id = p.community WHERE p.community = ANY($1)"
        " AND CASE WHEN $2 THEN right(p.phone, length($3)) = $3"
        " ELSE $4 <> '' AND strpos(plain_text(p.name), $4) > 0 END"
        " ORDER BY p.name, p.external_id LIMIT $5",
        communities,
        is_phone,
        digits,
        plain(words),
        MOST,
    )
    hits = [
        PersonHit(
            id=row["id"],
            name=row["name"],
            estate=row["estate"],
            phone=shown(row["phone"], whole=by.may(row["community"], May.read_phones)),
            units=[(UUID(one.split("|", 1)[0]), one.split("|", 1)[1]) for one in row["units"]],
        )
        for row in rows
    ]
    return hits, rows[0]["found"] - len(rows) if rows else 0


async def _bills(communities: list[int], words: str) -> list[BillHit]:
    number = words.removeprefix("#").removeprefix("No.").strip()
    if not re.fullmatch(r"\d{1,18}", number, re.ASCII):
        return []
    return await fetch_as(
        BillHit,
        "SELECT b.id, b.number, u.name AS unit, c.name AS estate, b.period FROM bill b JOIN unit u ON u.id = b.unit"
        " JOIN community c ON c.id = b.community WHERE b.community = ANY($1) AND b.number = $2 ORDER BY c.code",
        communities,
        int(number),
    )
