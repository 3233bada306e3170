"""Common areas for the public: contracts, what was due and received, and how the money was used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from portal.accounts.common_areas.rules import receivable
from portal.accounts.common_areas.states import Beneficiary, Pot, Rhythm
from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.i18n import Bilingual
from portal.kit.money import Money, total
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

MOVEMENTS = 50


@dataclass(frozen=True)
class ContractRow:
    """A contract with the sums due and received for this year so far; None is unknown."""

    id: UUID
    source: Bilingual
    price: Money | None
    rhythm: Rhythm
    starts_on: date | None
    ends_on: date | None
    beneficiary: Beneficiary
    building: str
    decided_by: str
    receivable: Money | None
    received: Money
    is_over: bool

    @property
    def has_term(self) -> bool:
        """Whether it has a last day."""
        return self.ends_on is not None

    @property
    def missing(self) -> Money | None:
        """The part of the sum due that was not received; None if there is none or it is unknown."""
        remaining = None if self.receivable is None else self.receivable - self.received
        return remaining if remaining is not None and remaining > Money(0) else None


@dataclass(frozen=True)
class MovementRow:
    """Money that came in or was spent, and who decided it."""

    id: UUID
    pot: Pot
    amount: Money
    on_day: date
    purpose: str
    decided_by: str


@dataclass(frozen=True)
class PotRow:
    """A fund: its balance by all that is registered, and its latest movements."""

    pot: Pot
    balance: Money
    movements: list[MovementRow]


@dataclass(frozen=True)
class Register:
    """The contracts of this year so far (`first` to `last`), and the two funds."""

    first: date
    last: date
    contracts: list[ContractRow]
    pots: list[PotRow]

    @property
    def received(self) -> Money:
        """The sum received under all contracts this year."""
        return total(one.received for one in self.contracts)

    def contract(self, wanted: UUID) -> ContractRow:
        """One contract. Raises Missing."""
        chosen = next((one for one in self.contracts if one.id == wanted), None)
        if chosen is None:
            raise Missing
        return chosen


@reading
async def register_of(community: int, today: date) -> Register:
    """The register of an estate; anybody may read it."""
    return await _register(community, today)


@dataclass(frozen=True)
class DeskRegister:
    """The register of one estate at the desk."""

    id: int
    name: str
    register: Register


@reading
async def registers_at(by: Principal) -> list[DeskRegister]:
    """The registers of the estates that the reader keeps."""
    rows = await fetch(
        "SELECT id, name, timezone FROM community WHERE id = ANY($1) ORDER BY code",
        list(by.where(May.read_common_areas)),
    )
    return [
        DeskRegister(id=row["id"], name=row["name"], register=await _register(row["id"], clock.today(row["timezone"])))
        for row in rows
    ]


@reading
async def contract_at(by: Principal, contract: UUID) -> tuple[int, ContractRow]:
    """One contract with its estate. Raises Missing if the reader does not keep that estate's register."""
    row = await fetch_one(
        "SELECT c.id, c.timezone FROM common_contract k JOIN community c ON c.id = k.community"
        " WHERE k.id = $1 AND c.id = ANY($2)",
        contract,
        list(by.where(May.read_common_areas)),
    )
    if row is None:
        raise Missing
    return row["id"], (await _register(row["id"], clock.today(row["timezone"]))).contract(contract)


async def contracts_in(community: int, first: date, last: date) -> list[ContractRow]:
    """Contracts in force in a period, with the sums due and received for it; in the caller's transaction."""
    rows = await fetch(
        "SELECT k.*, coalesce((SELECT sum(r.amount) FROM common_receipt r WHERE r.contract = k.id"
        " AND r.starts_on BETWEEN $2 AND $3), 0)::bigint AS received FROM common_contract k WHERE k.community = $1"
        " AND NOT EXISTS (SELECT FROM common_contract n WHERE n.replaces = k.id)"
        " AND (k.ends_on IS NULL OR k.ends_on >= $2) AND (k.starts_on IS NULL OR k.starts_on <= $3)"
        " ORDER BY k.source_zh, k.at, k.id",
        community,
        first,
        last,
    )
    return [_contract(row, first, last) for row in rows]


async def _register(community: int, today: date) -> Register:
    first = today.replace(month=1, day=1)
    contracts = await contracts_in(community, first, today)
    movements = await fetch_as(
        MovementRow,
        "SELECT id, pot, amount, on_day, purpose, decided_by FROM common_movement WHERE community = $1"
        " ORDER BY on_day DESC, at DESC, id LIMIT $2",
        community,
        MOVEMENTS,
    )
    sums = await fetch(
        "SELECT pot, sum(amount)::bigint AS fen FROM (SELECT pot, amount FROM common_movement WHERE community = $1"
        " UNION ALL SELECT 'common_area_revenue', amount FROM common_receipt WHERE community = $1) m GROUP BY pot",
        community,
    )
    held = {row["pot"]: Money(row["fen"]) for row in sums}
    pots = [PotRow(pot, held[pot], [one for one in movements if one.pot is pot]) for pot in Pot if pot in held]
    return Register(first, today, contracts, pots)


def _contract(row: Any, first: date, today: date) -> ContractRow:
    price = None if row["price"] is None else Money(row["price"])
    rhythm = Rhythm(row["rhythm"])
    return ContractRow(
        id=row["id"],
        source=Bilingual(row["source_zh"], row["source_en"] or ""),
        price=price,
        rhythm=rhythm,
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        beneficiary=Beneficiary(row["beneficiary"]),
        building=row["building"] or "",
        decided_by=row["decided_by"] or "",
        receivable=receivable(
            price, rhythm, starts_on=row["starts_on"], ends_on=row["ends_on"], first=first, last=today
        ),
        received=Money(row["received"]),
        is_over=bool(row["ends_on"] and row["ends_on"] < today),
    )
