"""The worker: queued jobs, frequent rounds, and each estate's daily work."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import uuid4

import asyncpg
import pgqueuer
from pgqueuer import PgQueuer
from pgqueuer.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.models import Job, Schedule

from portal import VERSION
from portal.accounts.disclosures.jobs import disclosures
from portal.arrears.climbing.jobs import arrears
from portal.care.dispute_desk.jobs import rounds
from portal.care.holds.jobs import holds
from portal.care.plan_pages.jobs import plans, sweep_plans
from portal.collection.court.jobs import tell_claims
from portal.collection.late_charges.jobs import late_charges
from portal.collection.letter_queue.actions import write_letters
from portal.fees.run_requests.actions import see_to_run
from portal.kit import clock
from portal.money.stripe.gateway import gateway
from portal.money.stripe_events.jobs import close_attempt, poll_attempts, settle_event, sweep_events
from portal.overview.health.queries import in_short
from portal.overview.kept_figures.jobs import figures
from portal.people.delivery.actions import send_notice
from portal.people.delivery.jobs import ask_receipts, notices
from portal.people.estates.actions import day_seen_to, days_to_see_to
from portal.platform.audit.actions import begin_request
from portal.platform.audit.jobs import seal
from portal.platform.db.engine import connect, engine
from portal.platform.db.logins import Database, reach
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.jobs.queue import TRIES, Driver, Job as DailyJob, enqueue_once, forget_held, put_back
from portal.platform.process.log_lines import traced
from portal.platform.process.settings import Settings
from portal.records.import_requests.jobs import see_to_import, sweep_imports

daily_log = logging.getLogger("portal.daily")

# Jobs that ensure a business date, in the order in which one builds on the other.
DAILY: tuple[DailyJob, ...] = (plans, holds, late_charges, arrears, rounds, disclosures, notices, figures)
LAST = -1  # before it comes whatever somebody waits for


async def ask_for_days() -> None:
    """Put a job into the queue for every estate whose business day nobody has seen to; to be repeated every hour.

    Each estate has the date of its own zone, so that nobody is late before their own midnight. One that is imported in
    the course of a day is first looked at on the next: time to check what was imported. A job that was given up on is
    tried again, so that trouble that lasted an hour needs nobody.
    """
    wanted = {
        _key(community, on): {"community": str(community), "on": str(on)}
        for community, on in (await days_to_see_to()).items()
    }
    async with unit_of_work():
        await enqueue_once("see_to_day", wanted, priority=LAST)


async def see_to_day(community: str, on: str) -> None:
    """Do the whole daily work of an estate as of a day; a job that fails keeps no other from its turn.

    Safe to run twice, at once, and late. Raises an ExceptionGroup of what went wrong, and then the day is not done.
    """
    estate, day = int(community), date.fromisoformat(on)
    troubles = [trouble for job in DAILY if (trouble := await _trouble(job, day, estate))]
    if troubles:
        raise ExceptionGroup(f"estate {estate}", troubles)
    async with unit_of_work(estate):
        await day_seen_to(estate, day)
        await forget_held(_key(estate, ""), before=_key(estate, day))


async def _trouble(job: DailyJob, on: date, community: int) -> Exception | None:
    begin_request(job.__name__)
    began = perf_counter()
    try:
        await job(on, community)
    except Exception as trouble:
        daily_log.warning("%s of %s failed in estate %s", job.__name__, on, community, exc_info=trouble)
        return trouble
    took = 1000 * (perf_counter() - began)
    daily_log.info("job %s of %s in estate %s is done, %.0f ms", job.__name__, on, community, took)
    return None


def _key(community: int, on: date | str) -> str:
    return f"day:{community}:{on}"


log = logging.getLogger("portal.worker")

BEAT = 3  # seconds between two signs of life
# Seconds for what takes longer than a minute: an estate of any size, a building of letters.
LONG = {"see_to_run": 3600, "see_to_import": 3600, "write_letters": 3600, "see_to_day": 3600}
MINUTES = "* * * * *"
HOURLY = "10 * * * *"  # UTC: every zone has its midnight at another hour
PATIENCE = 120  # seconds that a statement may take: after it, a connection nobody answers on is given up
DAYS_AT_ONCE = 2  # estates of which one worker does the day's work: the rest is there for other workers
RESCUE = 15  # seconds without a sign of life after which the jobs of a killed worker are anybody's


def entrypoints(settings: Settings) -> Mapping[str, Callable[..., Awaitable[Any]]]:
    """What somebody waits for, by the name that `enqueue` is given; the ids of the payload become arguments."""
    return {
        "send_notice": partial(send_notice, settings),
        "settle_event": settle_event,
        "close_attempt": close_attempt,
        "see_to_run": see_to_run,
        "see_to_import": see_to_import,
        "write_letters": write_letters,
    }


async def run_worker(settings: Settings, database: Database, *, stop: asyncio.Event | None = None) -> None:
    """Work until SIGTERM, SIGINT or `stop`; a job under way is finished first. Survives restarts of PostgreSQL."""
    await reach(database, "portal_worker")
    config = database.config("portal_worker")
    engine.point_at(**config)
    await engine.open(min_size=1, max_size=6, wait=30, prompt=2, command_timeout=PATIENCE)
    gateway.point_at(settings)
    log.info("portal worker %s is ready: %s", VERSION, await in_short(settings, "database", "migrations"))
    ending = stop or asyncio.Event()
    if stop is None:
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, ending.set)
    aside = [
        asyncio.create_task(_beat(f"worker:{socket.gethostname()}:{uuid4().hex[:8]}")),
        # The ticks that were missed while nobody worked.
        asyncio.create_task(_attempt("jobs", put_back)),
        asyncio.create_task(_attempt("days", ask_for_days)),
    ]
    try:
        async with asyncio.TaskGroup() as queues:
            queues.create_task(_work(partial(queue_of, settings, config), ending))
            queues.create_task(_work(partial(days_of, config), ending, batch=1, at_once=DAYS_AT_ONCE))
    finally:
        for task in aside:
            task.cancel()
        await asyncio.gather(*aside, return_exceptions=True)
        await engine.close()
        log.info("portal worker has ended")


async def _work(
    queue: Callable[[], object], ending: asyncio.Event, *, batch: int = 10, at_once: int | None = None
) -> None:
    """Take jobs from a queue until `ending`, any number `at_once` or so many; survives a database that was away."""
    await pgqueuer.run(
        queue,
        shutdown=ending,
        restart_on_failure=True,
        restart_delay=timedelta(seconds=1),
        shutdown_on_listener_failure=True,
        dequeue_timeout=timedelta(seconds=5),
        heartbeat_timeout=timedelta(seconds=RESCUE),
        batch_size=batch,
        max_concurrent_tasks=at_once,
    )


@asynccontextmanager
async def queue_of(settings: Settings, config: Mapping[str, Any]) -> AsyncIterator[PgQueuer]:
    """The queue of what somebody waits for, and the rounds, on a fresh pool, one for each attempt to run."""
    async with _queue(config, entrypoints(settings)) as queue:
        queue.schedule("minutely", MINUTES, clean_old=True)(partial(_minutely, settings))
        queue.schedule("hourly", HOURLY, clean_old=True)(_hourly)
        yield queue


@asynccontextmanager
async def days_of(config: Mapping[str, Any]) -> AsyncIterator[PgQueuer]:
    """The queue of the day's work, apart: hundreds of estates are due at once, and nothing else is to wait for them."""
    async with _queue(config, {"see_to_day": see_to_day}) as queue:
        yield queue


@asynccontextmanager
async def _queue(
    config: Mapping[str, Any], acts: Mapping[str, Callable[..., Awaitable[Any]]]
) -> AsyncIterator[PgQueuer]:
    # one of them listens
    pool = await asyncpg.create_pool(**config, min_size=2, max_size=4, command_timeout=30, connect=connect)
    try:
        queue = PgQueuer(Driver(pool))
        for name, act in acts.items():
            _register(queue, name, act)
        yield queue
    finally:
        try:
            await asyncio.wait_for(pool.close(), 5)
        except Exception:
            pool.terminate()


class Failed(Exception):
    """A job did not go well: what the queue keeps of it for good, so that nothing in it may quote a row."""


def _register(queue: PgQueuer, name: str, act: Callable[..., Awaitable[Any]]) -> None:
    async def run(job: Job) -> None:
        begin_request(name)
        began = perf_counter()
        try:
            async with asyncio.timeout(LONG.get(name, 60)):
                await act(**json.loads(job.payload or b"{}"))
            log.info("job %s is done, %.0f ms, tries %d", name, 1000 * (perf_counter() - began), job.attempts + 1)
        except Exception as trouble:
            log.warning("job %s failed", name, exc_info=trouble)
            raise Failed(traced(trouble)) from None

    retry = partial(DatabaseRetryEntrypointExecutor, max_attempts=TRIES, initial_delay=timedelta(seconds=2))
    queue.entrypoint(name, on_failure="hold", executor_factory=retry)(run)


async def _minutely(settings: Settings, schedule: Schedule) -> None:
    """What must not wait longer: lost jobs, seals, attempts nobody comes back from, old files, plans, claims."""
    await _attempt("jobs", put_back)
    await _attempt("seal", partial(seal, clock.today("UTC")))
    await _attempt("attempts", poll_attempts)
    await _attempt("imports", sweep_imports)
    await _attempt("plans", sweep_plans)
    await _attempt("claims", tell_claims)
    await _attempt("receipts", partial(ask_receipts, settings))


async def _hourly(schedule: Schedule) -> None:
    await _attempt("events", sweep_events)
    await _attempt("days", ask_for_days)


async def _attempt(name: str, job: Callable[[], Awaitable[Any]]) -> bool:
    """Run a job; whether it went well. What goes wrong is logged, and the next tick tries again."""
    begin_request(name)
    try:
        await job()
    except Exception:
        log.exception("job %s failed", name)
        return False
    return True


async def _beat(name: str) -> None:
    """Say every few seconds that this worker lives; a database that is away is no reason to die."""
    while True:
        try:
            await beat(name)
        except Exception as trouble:
            log.warning("no heartbeat: %r", trouble)
        await asyncio.sleep(BEAT)


async def beat(name: str) -> None:
    """A sign of life of a worker (`worker:…`)."""
    async with unit_of_work():
        await fetch(
            "INSERT INTO worker_heartbeat (id, name, beat_at) VALUES (gen_random_uuid(), $1, $2)"
            " ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at",
            name,
            clock.real_now(),
        )
