"""Set late charge terms and enter prime rates. What was in force never changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from portal.collection.late_charges.actions import ensure_item
from portal.collection.late_charges.rules import Terms
from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.people.estates.queries import today_in
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_value, retrying, unit_of_work

TOO_SOON = N_("Enter tomorrow or a later day. Past days cannot be changed.")
AHEAD = N_("Enter today or an earlier day. A rate applies from the day it was published.")
THERE = N_("A rate for this day already exists. Check the list.")
USED = N_("The months up to %(month)s have already been charged. Enter a later day.")


@retrying
async def set_terms(by: Principal, community: int, terms: Terms, *, once: str | None = None) -> UUID:
    """Set new terms and return the version's id. Raises Missing for another estate, Invalid if the day has begun."""
    version = id_of(by.human, once)
    async with unit_of_work(*by.where(May.set_late_charges)):
        await _locked(by, community)
        if await fetch_value("SELECT id FROM late_terms WHERE id = $1", version):
            return version
        if terms.starts_on <= await today_in(community):
            raise Invalid("starts_on", TOO_SOON)
        await ensure_item(community)
        await fetch(
            "INSERT INTO late_terms (id, community, starts_on, daily_rate, multiple, start, demand_days, clause,"
            " made_by, made_at) SELECT $1, $2, $3, $4, $5, $6, $7, $8, id, $10 FROM staff"
            " WHERE human = $9 AND community = $2",
            version,
            community,
            terms.starts_on,
            terms.daily_rate,
            terms.multiple,
            terms.start.value,
            terms.demand_days,
            terms.clause,
            by.human,
            clock.now(),
        )
        facts = {"on": terms.starts_on, "rate": str(terms.daily_rate), "multiple": str(terms.multiple)}
        await record(
            by.actor,
            AuditVerb.LATE_TERMS_SET,
            f"late_terms:{version}",
            community=community,
            reason=terms.clause,
            start=terms.start,
            demand_days=terms.demand_days,
            **facts,
        )
    return version


@retrying
async def enter_prime_rate(
    by: Principal, community: int, starts_on: date, rate: Decimal, source: str, *, once: str | None = None
) -> UUID:
    """Enter a prime rate and return its id; 0.03 is three per cent a year.

    Raises Missing for another estate; Invalid for a future day, one that has a rate, or one in a month that is charged.
    """
    entry = id_of(by.human, once)
    async with unit_of_work(*by.where(May.set_late_charges)):
        await _locked(by, community)
        if await fetch_value("SELECT id FROM prime_rate WHERE id = $1", entry):
            return entry
        if starts_on > await today_in(community):
            raise Invalid("starts_on", AHEAD)
        if await fetch_value("SELECT id FROM prime_rate WHERE community = $1 AND starts_on = $2", community, starts_on):
            raise Invalid("starts_on", THERE)
        charged = await fetch_value("SELECT max(month) FROM late_month WHERE community = $1", community)
        if charged and f"{starts_on:%Y-%m}" <= charged:
            raise Invalid("starts_on", USED, month=charged)
        await fetch(
            "INSERT INTO prime_rate (id, community, starts_on, rate, source, made_by, made_at)"
            " SELECT $1, $2, $3, $4, $5, id, $7 FROM staff WHERE human = $6 AND community = $2",
            entry,
            community,
            starts_on,
            rate,
            source,
            by.human,
            clock.now(),
        )
        await record(
            by.actor,
            AuditVerb.PRIME_RATE_ENTERED,
            f"prime_rate:{entry}",
            community=community,
            reason=source,
            on=starts_on,
            rate=str(rate),
        )
    return entry


async def _locked(by: Principal, community: int) -> None:
    if not by.may(community, May.set_late_charges):
        raise Missing
    await advisory_lock(f"late-charges:{community}")
