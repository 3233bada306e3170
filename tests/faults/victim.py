"""A whole portal to be broken: `portal dev` with a small estate, its owners signed in, and what an operator can see."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from portal.platform.process.embedded import Embedded
from portal.run.invariants import invariants
from tests.e2e import estate
from tests.faults.deadly import ORDER
from tests.faults.payer import History, Payer
from tests.running import Portal, portal_dev

CODE = "linxi"
RECOVERS_WITHIN = 10  # seconds; F-01


@dataclass
class Victim:
    """The running portal, its owners, and their common history."""

    portal: Portal
    process: subprocess.Popen[bytes]
    server: Embedded
    order: Path
    history: History = field(default_factory=History)
    payers: list[Payer] = field(default_factory=list)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[asyncpg.Connection]:
        """The administrator's connection, which sees every row; waits until the server takes connections."""
        connection = await _patiently(self._connect)
        try:
            yield connection
        finally:
            connection.terminate()

    async def _connect(self) -> asyncpg.Connection:
        connection = await asyncpg.connect(host=str(self.server.socket), user="postgres", database="portal")
        await connection.execute("SELECT set_config('app.communities', '{1}', false)")
        return connection

    # --- what can be killed

    @property
    def postmaster(self) -> int:
        """The server's own process."""
        return int((self.server.data / "postmaster.pid").read_text().split()[0])

    def part(self, word: str) -> int:
        """The process that `portal dev` started for a part, the newest if an older one is ending."""
        return max(number for number, parent, called in processes() if parent == self.process.pid and word in called)

    def child_of(self, parent: int) -> int:
        """The process that works for a part: granian's own child."""
        return max(number for number, above, _ in processes() if above == parent)

    async def backend(self) -> int:
        """A connection of the web's, one that works if there is one."""
        async with self.database() as connection:
            return await connection.fetchval(
                "SELECT pid FROM pg_stat_activity WHERE usename = 'portal_app'"
                " ORDER BY state = 'idle', random() LIMIT 1"
            )

    @contextmanager
    def down(self) -> Iterator[None]:
        """The server is stopped hard, and nobody may start it, until the block ends."""
        with (self.server.home / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.kill(self.postmaster, signal.SIGQUIT)  # what `pg_ctl stop -m immediate` does
            yield

    # --- what must be true

    async def answers(self, within: float = RECOVERS_WITHIN) -> float:
        """Seconds until an owner's page comes again. Raises TimeoutError when that is too long."""
        began = time.monotonic()
        async with asyncio.timeout(within):
            while not await self.payers[0].sees_bills():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def ready(self) -> httpx.Response:
        """What /readyz says."""
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.get(f"{self.portal.url}/readyz", timeout=10)

    async def violations(self) -> list[str]:
        """The ids of the state invariants that do not hold now."""
        async with self.database() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            return [known.id for known in invariants() if await known.violations(connection.fetch)]

    async def quiet(self, seconds: float = 90) -> None:
        """Until every stored event is settled and no job is left: a lost one is queued again within a minute."""
        async with asyncio.timeout(seconds), self.database() as connection:
            while await connection.fetchval(  # noqa: ASYNC110
                "SELECT EXISTS (SELECT FROM stripe_event WHERE state = 'pending') OR EXISTS (SELECT FROM pgqueuer)"
            ):
                await asyncio.sleep(0.1)

    async def assert_true(self) -> None:
        """Nothing lost, nothing doubled, nothing out of balance: the state, the owners' history and Stripe's books."""
        books = await self._books()
        taken = {one["id"]: one["amount"] for one in books["payment_intents"] if one["status"] == "succeeded"}
        async with self.database() as connection:
            payments = await connection.fetch("SELECT id, intent, amount FROM payment")
            credit = await connection.fetchval("SELECT count(*) FROM credit")
            sessions = {row["session"] for row in await connection.fetch("SELECT session FROM attempt")}
            events = {row["id"] for row in await connection.fetch("SELECT id FROM stripe_event")}
            owed = await connection.fetch(
                "SELECT bill::text FROM bill_balance WHERE outstanding > 0 AND bill = ANY($1::uuid[])",
                list(self.history.paid),
            )
        assert {row["intent"]: row["amount"] for row in payments} == taken, "Stripe's books and ours"
        assert len(payments) == len(taken), "a payment was posted twice"
        assert credit == 0, "a bill was paid twice"
        assert owed == [], "what an owner saw as paid is owed again"
        assert self.history.posted.items() <= {str(row["id"]): row["amount"] for row in payments}.items()
        assert self.history.sessions <= sessions, "an address that an owner was given is not known"
        acknowledged = {one["id"] for one in books["events"] if one["pending_webhooks"] == 0}
        assert acknowledged <= events, "an event was acknowledged and is not there"
        assert self.portal.run("verify")["ok"]
        assert self.history.broken == []

    async def _books(self) -> dict[str, Any]:
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{self.portal.sandbox}/sandbox/books", timeout=30)).json()

    async def sandbox(self, path: str, wanted: object = None) -> None:
        """Tell the sandbox what shall go wrong."""
        async with httpx.AsyncClient(trust_env=False) as client:
            (await client.post(f"{self.portal.sandbox}/sandbox/{path}", json=wanted)).raise_for_status()


@contextmanager
def running_victim(bills_each: int, **more: str) -> Iterator[Victim]:
    """The portal with the owners of `estate.HOMES`, each with this many bills to pay; they are not signed in yet.

    `more` are settings of its environment, such as the address of another server than its own.
    """
    order = Path(os.environ.get("TMPDIR", "/tmp")) / f"portal-deadly-{os.getpid()}"
    try:
        with portal_dev("tests.faults.deadly", **more, **{ORDER: str(order)}) as (portal, process):
            folder = portal.data / "estate"
            folder.mkdir()
            estate.write(folder)
            (folder / "opening_balances.csv").write_text(_balances(bills_each), encoding="utf-8")
            assert portal.run("import", str(folder), "--community", CODE)["errors"] == []
            yield Victim(portal, process, Embedded(portal.data), order)
    finally:
        order.unlink(missing_ok=True)


def _balances(bills_each: int) -> str:
    months = [f"{2019 + n // 12}-{n % 12 + 1:02}" for n in range(bills_each)]
    rows = [f"1栋{home},service,{month},2027-06-30,{home}.{n % 90 + 10}\n" for home in estate.HOMES
            for n, month in enumerate(months)]  # fmt: skip
    return "unit,item,period,due_on,amount\n" + "".join(rows)


async def sign_in(victim: Victim, owners: int) -> None:
    """So many owners, each at their own phone."""
    for home in estate.HOMES[:owners]:
        payer = Payer(victim.portal.url, victim.portal.sandbox, victim.history)
        await payer.sign_in(f"19900002{home}", victim.portal.code_for)
        victim.payers.append(payer)


def processes() -> list[tuple[int, int, str]]:
    """Number, parent and command line of everything that runs here."""
    told = subprocess.run(["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    return [(int(p), int(q), args) for p, q, args in re.findall(r"^\s*(\d+)\s+(\d+)\s+(.*)$", told, re.M)]


async def _patiently(connect: Any) -> asyncpg.Connection:
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                return await connect()
            await asyncio.sleep(0.05)
