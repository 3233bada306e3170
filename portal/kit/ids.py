"""Ids: new ones in the order of time, and parsing of those that people send."""

from __future__ import annotations

import hashlib
from secrets import token_hex
from uuid import UUID, uuid4

from portal.kit import clock

_RANDOM = 20  # digits of each id


def new_ids(n: int) -> list[str]:
    """New UUIDs of version 7 as hexadecimal text: the millisecond, then 74 random bits.

    Rows written together are then close together in each index; random ids touch all of it. The server asks the kernel
    once for each id that it makes itself, which took a fifteenth of a bill run.
    """
    now = f"{int(clock.real_now().timestamp() * 1000):012x}7"
    digits = token_hex(n * _RANDOM // 2)
    return [now + _rest(digits[at : at + _RANDOM]) for at in range(0, len(digits), _RANDOM)]


def _rest(digits: str) -> str:
    return f"{digits[:3]}{'89ab'[int(digits[3], 16) & 3]}{digits[4:19]}"


def uuid_of(text: str) -> UUID | None:
    """The id in a text, None if it is none."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def id_of(human: UUID, once: str | None) -> UUID:
    """The same id for the same person and one-time key of a form, so that a double click makes one row; else random."""
    if once is None:
        return uuid4()
    return UUID(bytes=hashlib.sha256(f"{human}:{once}".encode()).digest()[:16], version=4)
