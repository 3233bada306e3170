"""A small proxy between the portal and PostgreSQL that cuts, silences or stalls a connection at any message."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from portal.platform.db import unit_of_work as db


class Break(StrEnum):
    """What becomes of a connection."""

    cut = "cut"  # both ends are closed
    cut_after = "cut after it was passed on"  # the server hears it, its answer is lost
    half_open = "half-open"  # nobody hears anything any more, and nobody is told
    stall = "stall"  # everything waits, and goes on later


@dataclass
class Proxy:
    """Forwards to one server; `plan` says what happens to the n-th message from the portal, counted from now."""

    folder: Path
    upstream: dict[str, Any]
    kind: Break | None = None
    countdown: int = 0
    stalled_for: float = 1
    struck: int = 0
    heard: int = 0  # messages from the portal
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def plan(self, kind: Break, after: int) -> None:
        """Let the message after this many go wrong, once."""
        self.kind, self.countdown = kind, after

    def spare(self) -> None:
        """Nothing goes wrong any more."""
        self.kind = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        theirs, ours = await _connect(self.upstream)
        self._open |= {writer, ours}
        answers = asyncio.create_task(_pump(theirs, writer))
        try:
            while message := await reader.read(65536):
                kind = self._due()
                if kind is Break.half_open:
                    answers.cancel()
                    await reader.read()  # until the portal gives up by itself
                    break
                if kind is Break.stall:
                    await asyncio.sleep(self.stalled_for)
                if kind is not Break.cut:
                    ours.write(message)
                    await ours.drain()
                if kind in (Break.cut, Break.cut_after):
                    if kind is Break.cut_after:
                        answers.cancel()
                        await asyncio.sleep(0.02)
                    writer.transport.abort()
                    break
        except ConnectionError:
            pass
        finally:
            answers.cancel()
            for end in (writer, ours):
                end.close()
                self._open.discard(end)

    def _due(self) -> Break | None:
        self.heard += 1
        if self.kind is None:
            return None
        self.countdown -= 1
        if self.countdown >= 0:
            return None
        kind, self.kind = self.kind, None
        self.struck += 1
        return kind

    def end(self) -> None:
        """Close what is still open."""
        for writer in self._open:
            writer.transport.abort()


async def _connect(upstream: dict[str, Any]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = upstream["host"], upstream.get("port", 5432)
    if host.startswith("/"):
        return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return await asyncio.open_connection(host, port)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while said := await reader.read(65536):
            writer.write(said)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def through_a_proxy(**pool: Any) -> AsyncIterator[Proxy]:
    """The engine of this process works through a proxy, on a pool of its own with these limits; then as before."""
    before = db.engine.pool, db.engine.config, db.engine.wait
    config = dict(db.engine.config)
    with tempfile.TemporaryDirectory(prefix="portal-proxy-") as folder:
        proxy = Proxy(Path(folder), config)
        server = await asyncio.start_unix_server(proxy.serve, f"{folder}/.s.PGSQL.{config.get('port', 5432)}")
        db.engine.pool = None
        db.engine.point_at(**config | {"host": folder})
        await db.engine.open(**pool)
        try:
            yield proxy
        finally:
            db.engine.pool.terminate()  # type: ignore[attr-defined]
            db.engine.pool, db.engine.config, db.engine.wait = before
            server.close()
            proxy.end()


async def assert_pool_is_whole() -> None:
    """Every connection of the pool can be had at once, works, and stands outside of any transaction."""
    pool = db.engine.pool
    taken = [await pool.acquire(timeout=5) for _ in range(pool.get_max_size())]
    try:
        assert not any(connection.is_in_transaction() for connection in taken)
        assert [await connection.fetchval("SELECT 1") for connection in taken] == [1] * len(taken)
    finally:
        for connection in taken:
            await pool.release(connection)
