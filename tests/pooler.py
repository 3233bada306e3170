"""A connection pooler as PgBouncer is one, small: sessions of PostgreSQL lent for a transaction or for a visit."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]
OURS = 4711  # a number of no process of the server: a pooler makes up its own
GREETING = {"server_version": "15.0", "client_encoding": "UTF8", "in_hot_standby": "off", "TimeZone": "UTC"}


class Mode(StrEnum):
    """For how long somebody keeps a session."""

    transaction = "transaction"
    session = "session"


@dataclass
class Pooler:
    """Lends sessions of one server, `most` at once.

    With `forgets` it takes settings and does not pass them on; with `cleans` nobody finds what another one set.
    """

    upstream: str  # the folder of its socket
    mode: Mode
    forgets: bool = False
    cleans: bool = False
    most: int = 9
    idle: list[Wire] = field(default_factory=list)
    opened: list[Wire] = field(default_factory=list)
    visits: list[asyncio.StreamWriter] = field(default_factory=list)
    answering: list[asyncio.Task[None]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One visit."""
        self.visits.append(writer)
        lent: list[Wire] = []  # the session that the visitor has now, if any
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            start = await _startup(reader)
            writer.write(_message(b"R", struct.pack("!i", 0)))
            for name, value in GREETING.items():
                writer.write(_message(b"S", f"{name}\0{value}\0".encode()))
            writer.write(_message(b"K", struct.pack("!ii", OURS, 0)) + _message(b"Z", b"I"))
            while (said := await _read(reader))[0] != b"X":
                if not lent:
                    lent.append(await self._lend(start))
                    self.answering.append(asyncio.create_task(self._answers(lent, writer)))
                lent[0][1].write(_message(*said))
        for _, ours in lent:
            ours.close()
        writer.close()

    async def _answers(self, lent: list[Wire], writer: asyncio.StreamWriter) -> None:
        """Pass on what a session says, until its transaction is over and it is somebody else's turn."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, body = await _read(lent[0][0])
                if over := (kind, body) == (b"Z", b"I") and self.mode is Mode.transaction:
                    wire = lent.pop()
                    if self.cleans:
                        wire[1].write(_message(b"Q", b"RESET ALL\0"))
                        await _until_ready(wire[0])
                    self.idle.append(wire)
                writer.write(_message(kind, body))
                if over:
                    return

    async def _lend(self, start: dict[str, str]) -> Wire:
        while len(self.opened) >= self.most and not self.idle:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        if self.idle:
            return self.idle.pop()
        wire = await asyncio.open_unix_connection(f"{self.upstream}/.s.PGSQL.5432")
        self.opened.append(wire)
        passed = {name: value for name, value in start.items() if not self.forgets or name in ("user", "database")}
        text = "".join(f"{name}\0{value}\0" for name, value in passed.items()) + "\0"
        wire[1].write(struct.pack("!ii", len(text) + 8, 196608) + text.encode())
        await _until_ready(wire[0])
        return wire


@asynccontextmanager
async def pooler_before(upstream: str, mode: Mode, **how: int) -> AsyncIterator[str]:
    """A running pooler before the server with this socket; the folder of its own."""
    pooler = Pooler(upstream, mode, **how)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory(prefix="portal-pooler-") as folder:
        server = await asyncio.start_unix_server(pooler.serve, f"{folder}/.s.PGSQL.5432")
        try:
            yield folder
        finally:
            server.close()
            for task in pooler.answering:
                task.cancel()
            for writer in (*pooler.visits, *(ours for _, ours in pooler.opened)):
                writer.transport.abort()


async def _startup(reader: asyncio.StreamReader) -> dict[str, str]:
    (size,) = struct.unpack("!i", await reader.readexactly(4))
    words = (await reader.readexactly(size - 4))[4:].decode().rstrip("\0").split("\0")
    return dict(zip(words[::2], words[1::2], strict=True))


async def _read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    kind, size = struct.unpack("!ci", await reader.readexactly(5))
    return kind, await reader.readexactly(size - 4)


async def _until_ready(reader: asyncio.StreamReader) -> None:
    while (await _read(reader))[0] != b"Z":
        pass


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body
