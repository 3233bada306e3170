"""Chain audit rows by hash, one chain per estate, and verify a chain (I-U1)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_one, unit_of_work

BATCH = 1000
FIRST = bytes(32)  # what stands before the first hash of a chain


def body_of(entry: Record) -> bytes:
    """An audit row as canonical bytes: keys sorted, no spaces, moments in UTC with microseconds."""
    facts = {
        "id": str(entry["id"]),
        "community": entry["community"],
        "at": entry["at"].isoformat(timespec="microseconds"),
        "actor": entry["actor"],
        "verb": entry["verb"],
        "subject": entry["subject"],
        "reason": entry["reason"],
        "request": entry["request"],
        "facts": json.loads(entry["facts"]),
    }
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def link(previous: bytes, body: bytes) -> bytes:
    """The hash of a row: SHA-256 of the hash before it and its canonical body."""
    return hashlib.sha256(previous + body).digest()


async def seal_community(community: int) -> int:
    """Seal what is not sealed yet, in the order it was done; how many. Safe to repeat, and for two at once."""
    sealed = 0
    while (done := await _seal_some(community)) > 0:
        sealed += done
    return sealed


async def _seal_some(community: int) -> int:
    async with unit_of_work(community):
        await advisory_lock(f"seal:{community}")
        last = await fetch_one(
            "SELECT sequence, hash FROM audit_seal WHERE community = $1 ORDER BY sequence DESC LIMIT 1", community
        )
        number, previous = (last["sequence"], last["hash"]) if last else (0, FIRST)
        entries = await fetch(
            "SELECT e.* FROM audit_entry e WHERE e.community = $1"
            " AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry = e.id) ORDER BY e.at, e.id LIMIT $2",
            community,
            BATCH,
        )
        links: list[tuple[int, UUID, bytes]] = []
        for entry in entries:
            number, previous = number + 1, link(previous, body_of(entry))
            links.append((number, entry["id"], previous))
        await fetch(
            "INSERT INTO audit_seal (id, community, sequence, entry, hash)"
            " SELECT gen_random_uuid(), $1, n, e, h FROM unnest($2::bigint[], $3::uuid[], $4::bytea[]) AS s(n, e, h)",
            community,
            *([list(column) for column in zip(*links, strict=True)] or ([], [], [])),
        )
        return len(links)


PAGE = 2000


@dataclass(frozen=True)
class Break:
    """The first place of a chain that does not hold, and what is wrong with it."""

    sequence: int
    what: str


async def broken_chain(community: int) -> Break | None:
    """Where a community's chain does not re-compute, in the caller's transaction.

    A row added later and not sealed yet is no break; whether sealing keeps up is /readyz's to say.
    """
    previous, number = FIRST, 0
    while rows := await fetch(
        "SELECT e.*, s.sequence, s.hash, s.entry FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry"
        " WHERE s.community = $1 AND s.sequence > $2 ORDER BY s.sequence LIMIT $3",
        community,
        number,
        PAGE,
    ):
        for row in rows:
            number += 1
            if row["sequence"] != number:
                return Break(number, "a seal is missing")
            if row["id"] is None:
                return Break(number, "the sealed row is gone")
            if link(previous, body_of(row)) != row["hash"]:
                return Break(number, "the row is not what was sealed")
            previous = row["hash"]
    return None
