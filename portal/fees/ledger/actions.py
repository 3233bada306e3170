"""Write journals in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.fees.ledger.states import Account, JournalKind
from portal.kit import clock
from portal.kit.ids import new_ids
from portal.kit.money import Money
from portal.platform.db.unit_of_work import fetch


@dataclass(frozen=True)
class Entry:
    """A journal to write: its source and the signed postings, debits above zero."""

    source: UUID
    postings: Sequence[tuple[Account, Money]]


async def post(
    community: int, kind: JournalKind, entries: Sequence[Entry], *, on: date, reason: str | None = None
) -> None:
    """Write one journal for each entry, postings summed by account. Raises ValueError if one does not sum to zero."""
    booked = [(entry.source, _by_account(entry.postings)) for entry in entries]
    booked = [(source, sums) for source, sums in booked if sums]
    ids = new_ids(len(booked))
    await fetch(
        "INSERT INTO journal (id, community, kind, source, effective_on, reason, created_at)"
        " SELECT i, $1, $2, s, $4, $5, $6 FROM unnest($7::uuid[], $3::uuid[]) AS j(i, s)",
        community,
        kind.value,
        [source for source, _ in booked],
        on,
        reason,
        clock.now(),
        ids,
    )
    rows = [
        (new, account.value, fen) for new, (_, sums) in zip(ids, booked, strict=True) for account, fen in sums.items()
    ]
    await fetch(
        "INSERT INTO posting (id, community, journal, account, amount)"
        " SELECT i, $1, j, a, n FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::bigint[]) AS p(i, j, a, n)",
        community,
        new_ids(len(rows)),
        *([list(column) for column in zip(*rows, strict=True)] or ([], [], [])),
    )


def _by_account(postings: Iterable[tuple[Account, Money]]) -> dict[Account, int]:
    """Sums in fen by account, without zeros."""
    sums: dict[Account, int] = defaultdict(int)
    for account, amount in postings:
        sums[account] += amount.fen
    if sum(sums.values()):
        raise ValueError("a journal must balance")
    return {account: fen for account, fen in sums.items() if fen}
