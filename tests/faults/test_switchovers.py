"""The primary moves while owners pay: nobody is told 500, nothing is lost or doubled, nothing needs to be restarted."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import asyncpg
import pytest

from portal.platform.process.embedded import Embedded
from tests.faults.counts import SEED, note, times
from tests.faults.test_crashes_database import AT_ONCE, blow
from tests.faults.victim import RECOVERS_WITHIN, Victim, processes, running_victim, sign_in
from tests.standby import address, folder, follow, promote, stop

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]
QUICK = ("fsync=off", "full_page_writes=off")
WAYS = ("orderly", "crashed", "frozen")


@contextmanager
def two_servers() -> Iterator[tuple[Embedded, Embedded]]:
    """The first one runs; both are gone at the end."""
    with folder("one") as one, folder("two") as two:
        pair = Embedded(one, *QUICK), Embedded(two, *QUICK)
        pair[0].start()
        try:
            yield pair
        finally:
            for server in pair:
                server.stop_if_last()


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Victim, list[Embedded]]]:
    """A portal with the address of two servers, the primary first, and its owners signed in."""
    with (
        two_servers() as servers,
        running_victim(times(sample=4, landing=36), DATABASE_URL=address(*servers)) as victim,
    ):
        victim.server = servers[0]
        await sign_in(victim, times(sample=6, landing=20))
        yield victim, list(servers)
        for payer in victim.payers:
            await payer.http.aclose()


async def waits_for_standby(server: Embedded, value: str) -> None:
    """Whether what is committed there must have reached a standby: else a crash loses what was told last."""
    connection = await asyncpg.connect(host=str(server.socket), user="postgres", database="postgres")
    await connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{value}'")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


async def moved(way: str, old: Embedded, new: Embedded) -> None:
    """The primary goes in this way, and the standby takes its place."""
    postmaster = int((old.data / "postmaster.pid").read_text().split()[0])
    its = [postmaster, *(number for number, parent, _ in processes() if parent == postmaster)]
    if way == "frozen":  # nothing is closed, nothing answers; then it is fenced off
        for number in its:
            os.kill(number, signal.SIGSTOP)
    else:
        await asyncio.to_thread(stop, old, {"orderly": "fast", "crashed": "immediate"}[way])
    await asyncio.to_thread(promote, new)
    await waits_for_standby(new, "")
    if way == "frozen":
        await asyncio.sleep(1)
        for number in its:
            os.kill(number, signal.SIGKILL)


async def test_payments_go_on_when_the_primary_moves(pair: tuple[Victim, list[Embedded]]) -> None:
    victim, servers = pair
    web, worker, chance = victim.part("serve"), victim.part("worker"), random.Random(SEED)
    rounds, seconds = times(sample=3, landing=30), []
    for number in range(rounds):
        old, new = servers
        await asyncio.to_thread(follow, new, old)
        await waits_for_standby(old, "*")
        victim.server = new

        async def strike(way: str = WAYS[number % len(WAYS)], old: Embedded = old, new: Embedded = new) -> None:
            await moved(way, old, new)

        seconds.append(await blow(victim, chance, strike))
        servers.reverse()
    await victim.quiet()
    await victim.assert_true()
    assert (victim.part("serve"), victim.part("worker")) == (web, worker)
    assert max(seconds) < RECOVERS_WITHIN
    facts = {"bills paid": len(victim.history.paid), **victim.history.answers, "at once": AT_ONCE}
    note("the primary moves", rounds, **{"slowest recovery": f"{max(seconds):.1f} s"}, **facts)
