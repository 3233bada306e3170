"""Whether PostgreSQL is away, moving or too busy, so that the same will work later: one answer for every part."""

from __future__ import annotations

import errno

from asyncpg import InterfaceError, InternalClientError

# What ends a connection, or has ended it: its loss, a server that stops or starts, a transaction that stood still.
LOST = ("08", "57P", "25P03", "25P04")
# What passes while the connection lives on: conflicts, no room, a lock not come free, no time left, the disk.
BUSY = ("40", "53", "55P03", "57014", "58")
TAKES_NO_WRITES = ("0A000", "25006")  # how a standby answers BEGIN READ WRITE, and what writes without it


class CommitUnknown(Exception):
    """The connection broke while committing: look whether the work is there before doing it again."""


class Unreachable(ConnectionError):
    """No connection came about, for whatever reason the server gave: what was asked for has no part in it."""


class NotPrimary(ConnectionError):
    """The server that was reached is a standby: it takes no writes, and what it shows may be old."""


def state_of(error: BaseException | None) -> str:
    """The SQLSTATE of an error; empty if it is none of PostgreSQL's."""
    return getattr(error, "sqlstate", None) or ""


def is_lost(error: BaseException | None) -> bool:
    """Whether the connection that said this is of no more use, and a COMMIT that ended so may have been done."""
    if state := state_of(error):
        return state.startswith(LOST)
    # A missing socket has no file name, a missing file has one.
    if isinstance(error, OSError):
        return error.filename is None
    return isinstance(error, InterfaceError | InternalClientError)


def is_full(error: BaseException | None) -> bool:
    """Whether the disk has no room, PostgreSQL's or ours; looks through causes and what an error came upon."""
    if error is None:
        return False
    if state_of(error) == "53100" or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return True
    return is_full(error.__cause__) or is_full(error.__context__)


def is_down(error: BaseException | None) -> bool:
    """Whether the database could not be had, and nothing was wrong with what was asked; looks through causes."""
    if error is None:
        return False
    if isinstance(error, CommitUnknown) or is_lost(error) or state_of(error).startswith(BUSY):
        return True
    if isinstance(error, BaseExceptionGroup):
        return any(is_down(part) for part in error.exceptions)
    return is_down(error.__cause__)
