"""Whether the portal can do its work: what /healthz, /readyz and /metrics say of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from portal.kit import clock
from portal.platform.db.engine import is_down, state_of
from portal.platform.db.logins import clock_off
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from portal.platform.schema.migrations import NAMES

log = logging.getLogger("portal.health")

WORKER_MAY_BE_SILENT = 30  # seconds
PATIENCE = 3  # seconds after which a database that does not answer counts as down


@dataclass(frozen=True)
class Health:
    """The state of the parts. Ages are in whole seconds, None if it never happened or is unknown."""

    database: bool
    migrations: bool
    worker_age: int | None
    jobs_waiting: int | None
    jobs_held: int | None
    events_stuck: int | None
    unsealed_age: int | None
    estates_behind: int | None
    clock_off: int | None  # by how much the database's clock is ahead of this machine's
    channels_off: tuple[str, ...]
    channels_failing: Mapping[str, str]

    @property
    def worker(self) -> bool:
        """Whether a worker has given a sign of life lately."""
        return self.worker_age is not None and self.worker_age <= WORKER_MAY_BE_SILENT

    @property
    def ready(self) -> bool:
        """Red only for database, migrations or worker; other faults are reported here, and red on the desk."""
        return self.database and self.migrations and self.worker

    def as_json(self) -> dict[str, object]:
        """The fields of /readyz."""
        return {"ok": self.ready, "worker": self.worker, **asdict(self)}


async def health(settings: Settings) -> Health:
    """Look at every part. Never raises: a database that is down is a finding."""
    off = channels_off(settings)
    try:
        async with asyncio.timeout(PATIENCE):
            async with unit_of_work(EVERYWHERE, read_only=True):
                facts, failing = await _measure(), await channels_failing()
                done = await migrations_current()
                return Health(database=True, migrations=done, channels_off=off, channels_failing=failing, **facts)
    except Exception as trouble:
        if not (is_down(trouble) or state_of(trouble)):
            raise
        log.warning("the database cannot be asked: %r", trouble)
        unknown: Mapping[str, None] = dict.fromkeys((*COUNTS, *SINCE, "estates_behind", "clock_off"))
        return Health(database=False, migrations=False, channels_off=off, channels_failing={}, **unknown)


async def in_short(settings: Settings, *parts: str) -> str:
    """The state of these parts in a line for the log of a starting process; and which channels are off."""
    result = await health(settings)
    states = [f"{name} {'well' if getattr(result, name) else 'missing'}" for name in parts]
    return ", ".join([settings.env, *states, f"switched off: {' '.join(result.channels_off) or 'nothing'}"])


# Each takes the true time as $1.
COUNTS = {
    "jobs_waiting": "SELECT count(*)::int FROM pgqueuer WHERE status = 'queued' AND execute_after <= $1::timestamptz",
    "jobs_held": "SELECT count(*)::int FROM pgqueuer WHERE status::text = 'failed' AND created <= $1::timestamptz",
    "events_stuck": "SELECT count(*)::int FROM stripe_event"
    " WHERE state IN ('pending', 'failed', 'quarantined') AND received_at < $1::timestamptz - interval '15 minutes'",
}
# Each gives the moment since which something lasts, or nothing.
SINCE = {
    "worker_age": "SELECT max(beat_at) FROM worker_heartbeat WHERE name LIKE 'worker:%'",
    "unsealed_age": "SELECT min(at) FROM audit_entry e"
    " WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry = e.id)",
}
# Estates of which three hours of a business day have passed without its daily work; takes the business time as $1.
BEHIND = """
SELECT count(*)::int FROM community c LEFT JOIN daily_look d ON d.community = c.id
WHERE coalesce(d.on_day, '-infinity') < ($1::timestamptz AT TIME ZONE c.timezone - interval '3 hours')::date
"""


async def _measure() -> dict[str, int | None]:
    """Every count and age, in the caller's transaction."""
    now = clock.real_now()
    facts: dict[str, int | None] = {name: await fetch_value(question, now) for name, question in COUNTS.items()}
    facts["estates_behind"] = await fetch_value(BEHIND, clock.now())
    for name, question in SINCE.items():
        moment = await fetch_value(question)
        facts[name] = None if moment is None else max(0, int((now - moment).total_seconds()))
    facts["clock_off"] = clock_off(await fetch_value("SELECT clock_timestamp()"))
    return facts


async def migrations_current() -> bool:
    """Whether every migration of this program has been run, in the caller's transaction."""
    return bool(
        await fetch_value(
            "SELECT NOT EXISTS (SELECT FROM unnest($1::text[]) known WHERE known NOT IN (SELECT name FROM migration))",
            list(NAMES),
        )
    )


def channels_off(settings: Settings) -> tuple[str, ...]:
    """The channels that have no provider; notices that would use them stay in the inbox."""
    given = {
        "sms": settings.sms_url,
        "email": settings.smtp_host,
        "push": settings.vapid_private_key,
        "wechat": settings.wechat_app_id,
    }
    return tuple(name for name, address in given.items() if not address)


# The last fault of each channel within the hour before $1, unless the person's own address is wrong.
FAILING = """
SELECT DISTINCT ON (channel) channel, trouble FROM delivery
WHERE trouble IS NOT NULL AND state IN ('queued', 'failed') AND changed_at > $1::timestamptz - interval '1 hour'
  AND trouble !~ '^SMTPRecipientsRefused|^isv.MOBILE_NUMBER_ILLEGAL| is not set$'
ORDER BY channel, changed_at DESC
"""


async def channels_failing() -> dict[str, str]:
    """The channels by which something could not be sent within the last hour, with what the provider said."""
    return {row["channel"]: row["trouble"] for row in await fetch(FAILING, clock.real_now())}


def as_metrics(health: Health) -> str:
    """The same as plain gauges, one a line; unknown values are left out."""
    gauges = {name: value for name, value in health.as_json().items() if isinstance(value, bool | int)}
    off = [f'portal_channel_off{{channel="{name}"}} 1' for name in health.channels_off]
    off += [f'portal_channel_failing{{channel="{name}"}} 1' for name in health.channels_failing]
    return "\n".join([f"portal_{name} {int(value)}" for name, value in gauges.items()] + off) + "\n"
