"""Queue jobs in the caller's transaction, and run jobs from estate to estate."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol, TypeVar, cast

import asyncpg
from pgqueuer.db import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.queries import Queries

from portal.kit.errors import Missing
from portal.kit.i18n import N_
from portal.platform.db.unit_of_work import connection, fetch, unit_of_work

TRIES = 5  # of a job; then it is held until somebody looks at it


class Driver(AsyncpgPoolDriver):
    """PgQueuer probes its listener as soon as it starts, often before it listens, and took the silence for a failure:
    the worker started again ten seconds later. Here a probe waits until somebody listens.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._listening = asyncio.Event()

    async def add_listener(self, channel: str, callback: Any) -> None:
        """Listen; from now on a probe is heard."""
        await super().add_listener(channel, callback)
        self._listening.set()

    async def notify(self, channel: str, payload: str) -> None:
        """Say it once somebody listens."""
        await self._listening.wait()
        await super().notify(channel, payload)


def _queries() -> Queries:
    """PgQueuer on the connection of the running unit of work."""
    # A pool hands out stand-ins that do all a connection does, and say so to nobody.
    return Queries(AsyncpgDriver(cast(asyncpg.Connection, connection())))


async def enqueue(entrypoint: str, *, wait: timedelta | None = None, **ids: str) -> None:
    """Ask the worker to run an entrypoint after this unit of work commits, and not before `wait` is over.

    Only ids travel, never personal data.
    """
    await _queries().enqueue(entrypoint, json.dumps(ids).encode(), execute_after=wait)


async def enqueue_once(entrypoint: str, jobs: Mapping[str, Mapping[str, str]], *, priority: int = 0) -> None:
    """Ask for each of these jobs by its key, unless it waits or is under way; one that is held restarts instead."""
    held = await fetch(
        "SELECT id, dedupe_key FROM pgqueuer WHERE status = 'failed' AND dedupe_key = ANY($1)", list(jobs)
    )
    queries = _queries()
    await queries.requeue_jobs([row["id"] for row in held])
    new = sorted(jobs.keys() - {row["dedupe_key"] for row in held})
    if new:
        await queries.enqueue(
            [entrypoint] * len(new),
            [json.dumps(jobs[key]).encode() for key in new],
            [priority] * len(new),
            dedupe_key=list(new),
            on_conflict="skip",
        )


async def forget_held(keys: str, *, before: str) -> None:
    """Forget what is held under keys that begin like this and come before another: later work has made it good."""
    await fetch(
        "DELETE FROM pgqueuer WHERE status = 'failed' AND starts_with(dedupe_key, $1) AND dedupe_key < $2", keys, before
    )


async def put_back() -> int:
    """Queue again what is held with tries left; how many. Their database went away while they were to be put back."""
    async with unit_of_work():
        held = await fetch("SELECT id FROM pgqueuer WHERE status = 'failed' AND attempts < $1", TRIES)
        await _queries().requeue_jobs([row["id"] for row in held])
    return len(held)


log = logging.getLogger("portal.each")
T = TypeVar("T")
R = TypeVar("R")
NO_COMMUNITY = N_("There is no estate with the code %(code)s.")


@dataclass(frozen=True)
class Estate:
    """What it takes to go from one to the next."""

    id: int
    code: str


async def estates(codes: Sequence[str] = ()) -> list[Estate]:
    """Every estate there is, or those with these codes, in the order of their ids. Raises Missing for an unknown code.

    Opens a unit of work of its own, so that none is held while the caller goes from one to the next.
    """
    async with unit_of_work(read_only=True):
        rows = await fetch(
            "SELECT id, code FROM community WHERE cardinality($1::text[]) = 0 OR code = ANY($1) ORDER BY id",
            list(codes),
        )
    known = {row["code"] for row in rows}
    for code in codes:
        if code not in known:
            raise Missing(NO_COMMUNITY, code=code)
    return [Estate(row["id"], row["code"]) for row in rows]


async def in_turn(what: str, things: Iterable[T], act: Callable[[T], Awaitable[R]]) -> list[R]:
    """Act on one after the other, and give what came of it.

    What goes wrong with one is logged and keeps no other from its turn; at the end it is raised as an ExceptionGroup.
    """
    done: list[R] = []
    troubles: list[Exception] = []
    for thing in things:
        try:
            done.append(await act(thing))
        except Exception as trouble:
            log.warning("%s failed for %s", what, thing, exc_info=trouble)
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup(f"{what} failed {len(troubles)} times", troubles)
    return done


class Job(Protocol):
    """A job of an estate and a day, or of a day in all estates; gives how much it did of what."""

    __name__: str

    def __call__(self, on: date, community: int | None = None) -> Awaitable[dict[str, int]]: ...


def of_each_estate(job: Callable[[date, int], Awaitable[dict[str, int]]]) -> Job:
    """Lets a job of one estate also go through all of them, one after the other, adding up what it did."""

    @functools.wraps(job)
    async def run(on: date, community: int | None = None) -> dict[str, int]:
        if community is not None:
            return await job(on, community)
        ids = [estate.id for estate in await estates()]
        done: Counter[str] = Counter()
        for counts in await in_turn(job.__name__, ids, functools.partial(job, on)):
            done.update(counts)
        return dict(done)

    return run
