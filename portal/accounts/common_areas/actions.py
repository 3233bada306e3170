"""Register contracts for common areas, their income, and what was spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.accounts.common_areas.states import Beneficiary, Pot, Rhythm
from portal.homes.units.personal_data import no_personal_data
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.kit.money import Money
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_one, fetch_value, retrying, unit_of_work


@dataclass(frozen=True)
class Contract:
    """The terms agreed: price in fen for each `rhythm`; without a last day it is open-ended."""

    source_zh: str
    source_en: str
    price: Money | None
    rhythm: Rhythm
    starts_on: date | None
    ends_on: date | None
    beneficiary: Beneficiary
    building: str
    decided_by: str


@retrying
async def register_contract(by: Principal, community: int, agreed: Contract, replaces: UUID | None = None) -> UUID:
    """Register a contract, or one that renews or corrects another of the estate, and return its id.

    Raises Missing without finance or manager there or for an unknown contract; Refused for one that was replaced;
    Invalid for days in the wrong order, a building that is missing or not allowed, and words that name a person.
    """
    if agreed.starts_on and agreed.ends_on and agreed.ends_on < agreed.starts_on:
        raise Invalid("ends_on", N_("The last day is before the first day."))
    if (agreed.beneficiary is Beneficiary.building) != bool(agreed.building):
        raise Invalid("building", N_("Enter a building only if the revenue belongs to one building."))
    if community not in by.where(May.register_common_areas):
        raise Missing
    async with unit_of_work(community):
        await no_personal_data(
            community, source_zh=agreed.source_zh, source_en=agreed.source_en, decided_by=agreed.decided_by
        )
        if replaces is not None:
            await _replaceable(community, replaces)
        made: UUID = await fetch_value(
            "INSERT INTO common_contract (id, community, source_zh, source_en, price, rhythm, starts_on, ends_on,"
            " beneficiary, building, decided_by, replaces, by_staff, at) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5,"
            " $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
            community,
            agreed.source_zh,
            agreed.source_en or None,
            None if agreed.price is None else agreed.price.fen,
            agreed.rhythm.value,
            agreed.starts_on,
            agreed.ends_on,
            agreed.beneficiary.value,
            agreed.building or None,
            agreed.decided_by or None,
            replaces,
            await staff_of(by, community),
            clock.now(),
        )
        await record(by.actor, AuditVerb.COMMON_CONTRACT_REGISTERED, f"common_contract:{made}", community=community)
    return made


async def _replaceable(community: int, replaces: UUID) -> None:
    await advisory_lock(f"common_contract:{replaces}")
    row = await fetch_one(
        "SELECT EXISTS (SELECT FROM common_contract r WHERE r.replaces = c.id) AS replaced FROM common_contract c"
        " WHERE c.id = $1 AND c.community = $2",
        replaces,
        community,
    )
    if row is None:
        raise Missing
    if row["replaced"]:
        raise Refused(N_("This contract has been replaced by a later one."))


@dataclass(frozen=True)
class Receipt:
    """Money that came in for a period."""

    starts_on: date
    ends_on: date
    amount: Money
    received_on: date


@retrying
async def record_receipt(by: Principal, contract: UUID, came: Receipt, *, once: str | None = None) -> None:
    """Record money that came in under a contract; safe to send twice.

    Raises Missing without finance or manager there, Invalid for a sum of zero, days in the wrong order or a future day.
    """
    if came.ends_on < came.starts_on:
        raise Invalid("ends_on", N_("The last day is before the first day."))
    if not came.amount:
        raise Invalid("amount", N_("Enter an amount. A negative amount reverses an earlier one."))
    scope = by.where(May.register_common_areas)
    async with unit_of_work(*scope):
        row = await fetch_one(
            "SELECT k.community, c.timezone FROM common_contract k JOIN community c ON c.id = k.community"
            " WHERE k.id = $1 AND k.community = ANY($2)",
            contract,
            list(scope),
        )
        if row is None:
            raise Missing
        if came.received_on > clock.today(row["timezone"]):
            raise Invalid("received_on", N_("Choose today or an earlier date."))
        made = await fetch(
            "INSERT INTO common_receipt (id, community, contract, starts_on, ends_on, amount, received_on, once,"
            " by_staff, at) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (once)"
            " DO NOTHING RETURNING id",
            row["community"],
            contract,
            came.starts_on,
            came.ends_on,
            came.amount.fen,
            came.received_on,
            id_of(by.human, once),
            await staff_of(by, row["community"]),
            clock.now(),
        )
        if made:
            await record(
                by.actor, AuditVerb.COMMON_RECEIPT_RECORDED, f"common_contract:{contract}", community=row["community"],
                amount=came.amount,
            )  # fmt: skip


@dataclass(frozen=True)
class Movement:
    """Money of all owners: positive if it came in, negative if it was spent."""

    pot: Pot
    amount: Money
    on_day: date
    purpose: str
    decided_by: str


@retrying
async def record_movement(by: Principal, community: int, moved: Movement, *, once: str | None = None) -> None:
    """Record what all owners' money was spent on, or where it came from; safe to send twice.

    Raises Missing without finance or manager there, Invalid for zero, a future day, or words that name a person.
    """
    if community not in by.where(May.register_common_areas):
        raise Missing
    async with unit_of_work(community):
        await put_movement(by, community, moved, id_of(by.human, once))


async def put_movement(by: Principal, community: int, moved: Movement, once: UUID) -> UUID | None:
    """Record a movement and return its id, None if `once` was recorded before; in the caller's transaction.

    Raises Invalid for a sum of zero, a future day, or words that name a person.
    """
    if not moved.amount:
        raise Invalid("amount", N_("Enter an amount. Spending is negative."))
    zone = await fetch_value("SELECT timezone FROM community WHERE id = $1", community)
    if moved.on_day > clock.today(zone):
        raise Invalid("on_day", N_("Choose today or an earlier date."))
    await no_personal_data(community, purpose=moved.purpose, decided_by=moved.decided_by)
    made: UUID | None = await fetch_value(
        "INSERT INTO common_movement (id, community, pot, amount, on_day, purpose, decided_by, once, by_staff, at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (once) DO NOTHING RETURNING id",
        community,
        moved.pot.value,
        moved.amount.fen,
        moved.on_day,
        moved.purpose,
        moved.decided_by,
        once,
        await staff_of(by, community),
        clock.now(),
    )
    if made:
        await record(
            by.actor, AuditVerb.COMMON_MONEY_MOVED, f"common_movement:{made}", community=community,
            pot=moved.pot.value, amount=moved.amount,
        )  # fmt: skip
    return made
