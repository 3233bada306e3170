"""Rate limits in PostgreSQL rows, counted under a lock on their key."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.people.persons.actions import note
from portal.people.persons.states import SecurityVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_value
from portal.signin.owners.rules import ALARM_AT, DAY, Limit, wait

log = logging.getLogger("portal.signin")


async def wait_for(key: str, limits: Sequence[Limit], now: datetime) -> timedelta | None:
    """How long until one more is allowed, None if it is allowed now. Locks the key until the transaction ends."""
    await advisory_lock(f"limit:{key}")
    return wait(await _events(key, limits, now), limits, now)


async def count(key: str, now: datetime) -> None:
    """Record that it happened; forget what no limit needs any more."""
    await fetch("DELETE FROM rate_limit WHERE key = $1 AND window_from < $2", key, now - DAY)
    await _add(key, now)


async def take_back(key: str, moment: datetime) -> None:
    """Remove one that was counted at this moment, because it succeeded."""
    await fetch("DELETE FROM rate_limit WHERE key = $1 AND window_from = $2", key, moment)


async def total(key: str) -> int:
    """How often it is recorded."""
    count: int = await fetch_value("SELECT coalesce(sum(count), 0)::int FROM rate_limit WHERE key = $1", key)
    return count


async def forget(key: str) -> None:
    """Start counting from zero again."""
    await fetch("DELETE FROM rate_limit WHERE key = $1", key)


async def watch(name: str, now: datetime) -> None:
    """Count for everybody together, by the hour, and raise the alarm once if it is unusual; clear old rows."""
    if await _add(f"all:{name}", _hour(now)) == ALARM_AT:
        await note(SecurityVerb.CODES_ALARM, what=name, most=ALARM_AT)
        log.error("more than %s %s within an hour: somebody may be trying codes or pumping SMS", ALARM_AT, name)
    await fetch(
        "DELETE FROM rate_limit WHERE id IN"
        " (SELECT id FROM rate_limit WHERE window_from < $1 LIMIT 1000 FOR UPDATE SKIP LOCKED)",
        now - 2 * DAY,
    )


async def spent(name: str, now: datetime) -> int:
    """How many were used by everybody together within a day."""
    count: int = await fetch_value(
        "SELECT coalesce(sum(count), 0)::int FROM rate_limit WHERE key = $1 AND window_from > $2",
        f"all:{name}",
        now - DAY,
    )
    return count


async def spend(name: str, now: datetime) -> None:
    """Use one of the daily budget, counted by the hour."""
    await _add(f"all:{name}", _hour(now))


async def ring(name: str, now: datetime, budget: int) -> None:
    """Raise the alarm once an hour while somebody asks for more than the daily budget."""
    if await _add(f"all:{name} refused", _hour(now)) == 1:
        await note(SecurityVerb.CODES_ALARM, what=name, most=budget)
        log.error("the day's budget of %s %s is spent: SMS_DAILY_CODES", budget, name)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


async def _events(key: str, limits: Sequence[Limit], now: datetime) -> list[datetime]:
    since = now - max((limit.window for limit in limits), default=timedelta(0))
    rows = await fetch("SELECT window_from, count FROM rate_limit WHERE key = $1 AND window_from > $2", key, since)
    return [row["window_from"] for row in rows for _ in range(row["count"])]


async def _add(key: str, moment: datetime) -> int:
    entry: int = await fetch_value(
        "INSERT INTO rate_limit (id, key, window_from, count) VALUES (gen_random_uuid(), $1, $2, 1)"
        " ON CONFLICT (key, window_from) DO UPDATE SET count = rate_limit.count + 1 RETURNING count",
        key,
        moment,
    )
    return entry
