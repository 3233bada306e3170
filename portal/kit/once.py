"""The same id for the same person and one-time key of a form, so that a double click makes one row."""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid4


def id_of(human: UUID, once: str | None) -> UUID:
    """An id made of both; without a key a random one."""
    if once is None:
        return uuid4()
    return UUID(bytes=hashlib.sha256(f"{human}:{once}".encode()).digest()[:16], version=4)
