"""Servers that follow one another: a standby that streams from an embedded server, to be promoted or to stay one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from portal.platform.process.embedded import FAST, Embedded


@contextmanager
def folder(name: str) -> Iterator[Path]:
    """A folder that PostgreSQL's own user may enter, short enough for a socket; removed at the end."""
    made = Path(tempfile.mkdtemp(prefix=f"portal-{name}-"))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def follow(follower: Embedded, primary: Embedded) -> None:
    """Make it a standby that streams from the primary, whatever it was before."""
    if follower.stand_in:  # as its own start does
        follower.bin = follower.stand_in.programs(follower.bin)
        follower.stand_in.settle(follower.home)
    shutil.rmtree(follower.data, ignore_errors=True)
    follower.data.mkdir(mode=0o700)
    follower._give(follower.data)
    where = ("-h", primary.socket, "-U", "postgres")
    follower._run("pg_basebackup", "-D", follower.data, *where, "-R", "-c", "fast", "--no-sync")
    follower.start()


@contextmanager
def standby_of(primary: Embedded) -> Iterator[Embedded]:
    """A running standby of the server; whatever it has become, it is stopped and removed at the end."""
    with folder("standby") as home:
        follower = Embedded(home, *FAST)
        follow(follower, primary)
        try:
            yield follower
        finally:
            follower.stop_if_last()


def promote(follower: Embedded) -> None:
    """Make it the primary, and wait until it is."""
    follower._run("pg_ctl", "-D", follower.data, "-w", "-s", "promote")


def stop(server: Embedded, mode: str) -> None:
    """`fast` as an operator does, `immediate` as a crash is."""
    server._run("pg_ctl", "-D", server.data, "-w", "-s", "-m", mode, "stop")


def address(*servers: Embedded, **options: str) -> str:
    """The address of these servers, in this order."""
    hosts = ",".join(quote(str(server.socket), safe="") for server in servers)
    return f"postgresql://postgres@{hosts}/portal" + _query(options)


def _query(options: Mapping[str, str]) -> str:
    return "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items()) if options else ""
