"""Set collection rules from a day on, add or remove an exception. Each change makes a new version."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from portal.arrears.ladder.queries import newest_ladder
from portal.arrears.ladder.rules import Ladder, Policy, When
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.people.estates.queries import today_in
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_value, retrying, unit_of_work

MOST = 8
TOO_SOON = N_("Enter tomorrow or a later day. Each day's cases follow the rules in force on that day.")
AFTER = N_("A version from %(day)s already exists. Choose that day or a later one, so that its changes are kept.")
NOBODY = N_("Choose at least one condition. The rules for everyone are set above.")
THERE = N_("An exception for exactly these homes already exists. Remove it first.")
ENOUGH = N_("At most %(most)s exceptions are possible. With more, nobody could tell which one applies.")
GONE = N_("This exception is no longer in the latest version. Check the list.")


@retrying
async def set_terms(
    by: Principal, community: int, starts_on: date, terms: Policy, reason: str, *, once: str | None = None
) -> UUID:
    """Set new terms for everybody, keeping the exceptions, and return the version's id.

    Raises Missing for another estate, Invalid for a day that has begun or is before another version's.
    """
    async with unit_of_work(*by.where(May.set_ladder)):
        ladder = await _locked(by, community, starts_on)
        return await _write(
            by, community, starts_on=starts_on, ladder=replace(ladder, terms=terms), reason=reason, once=once
        )


@retrying
async def add_exception(
    by: Principal, community: int, starts_on: date, when: When, terms: Policy, reason: str, *, once: str | None = None
) -> UUID:
    """Set other terms for some homes, after the exceptions so far, and return the version's id.

    Raises Missing; Invalid for a day as in `set_terms`, without a condition and for the same conditions twice; Refused
    if there are eight.
    """
    async with unit_of_work(*by.where(May.set_ladder)):
        ladder = await _locked(by, community, starts_on)
        if await fetch_value("SELECT id FROM ladder_version WHERE id = $1", version := id_of(by.human, once)):
            return version  # a double click
        if when == When():
            raise Invalid("history", NOBODY)
        if any(when == other for other, _policy in ladder.exceptions):
            raise Invalid("history", THERE)
        if len(ladder.exceptions) >= MOST:
            raise Refused(ENOUGH, most=MOST)
        terms = replace(terms, small_balance=ladder.terms.small_balance)
        changed = replace(ladder, exceptions=(*ladder.exceptions, (when, terms)))
        return await _write(by, community, starts_on=starts_on, ladder=changed, reason=reason, once=once)


@retrying
async def drop_exception(by: Principal, community: int, starts_on: date, position: int, reason: str) -> UUID:
    """Make a version without the exception at `position`, counted from 1, and return its id.

    Raises Missing, Invalid for a day as in `set_terms`, Refused if there is no such exception.
    """
    async with unit_of_work(*by.where(May.set_ladder)):
        ladder = await _locked(by, community, starts_on)
        if not 1 <= position <= len(ladder.exceptions):
            raise Refused(GONE)
        others = tuple(one for n, one in enumerate(ladder.exceptions, 1) if n != position)
        return await _write(
            by, community, starts_on=starts_on, ladder=replace(ladder, exceptions=others), reason=reason, once=None
        )


async def _locked(by: Principal, community: int, starts_on: date) -> Ladder:
    if not by.may(community, May.set_ladder):
        raise Missing
    await advisory_lock(f"ladder:{community}")
    if starts_on <= await today_in(community):
        raise Invalid("starts_on", TOO_SOON)
    last = await fetch_value("SELECT max(starts_on) FROM ladder_version WHERE community = $1", community)
    if last and starts_on < last:
        raise Invalid("starts_on", AFTER, day=last)
    return await newest_ladder(community)


async def _write(by: Principal, community: int, starts_on: date, ladder: Ladder, reason: str, once: str | None) -> UUID:
    version = id_of(by.human, once)
    if await fetch_value("SELECT id FROM ladder_version WHERE id = $1", version):
        return version
    await fetch(
        "INSERT INTO ladder_version (id, community, starts_on, reason, made_by, made_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        version,
        community,
        starts_on,
        reason,
        await staff_of(by, community),
        clock.now(),
    )
    for position, (when, policy) in enumerate([(When(), ladder.terms), *ladder.exceptions]):
        await fetch(
            "INSERT INTO ladder_rule (id, community, version, position, use, occupancy, history, least, buffer_days,"
            " small_balance, stay_1, stay_2, stay_3, pay_within, grace_days)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            community,
            version,
            position,
            when.use,
            when.occupancy,
            when.history,
            when.least.fen if when.least else None,
            policy.buffer_days,
            ladder.terms.small_balance.fen,
            *policy.least_days[1:],
            policy.pay_within,
            policy.grace_days,
        )
    await record(
        by.actor,
        AuditVerb.LADDER_SET,
        f"ladder:{version}",
        community=community,
        reason=reason,
        on=starts_on,
        exceptions=len(ladder.exceptions),
    )
    return version
