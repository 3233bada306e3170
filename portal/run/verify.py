"""Check the whole state, estate by estate: declarations, invariants, audit chains. Never repairs anything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Protocol
from uuid import UUID, uuid4

from asyncpg import Record

from portal.kit import clock
from portal.platform.audit.seals import broken_chain
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, unit_of_work
from portal.platform.jobs.queue import estates
from portal.run.invariants import CHAINS, Invariant, invariants

SHOWN = 20  # rows of a violated invariant in one estate
GOES_ON = timedelta(days=1)  # how old a verification that was cut off may be
EVERY = ""  # where it is not one estate
SEALED = "every sealed audit row is what it was, in its place"

Findings = dict[str, list[str]]  # what an invariant says, and some rows, by its id


class Tell(Protocol):
    """Hears after each place what was found there, and how many estates are done of the whole."""

    def __call__(self, place: str, found: Iterable[str], done: int, whole: int) -> None: ...


def _silently(place: str, found: Iterable[str], done: int, whole: int) -> None: ...


async def verify(codes: Sequence[str] = (), *, anew: bool = False, tell: Tell = _silently) -> dict[str, object]:
    """`ok`, the ids that `failed`, how many were `checked` in how many `estates`, `failed_in` which, and `findings`.

    First what belongs to no estate, then each estate, or those with these codes, in a transaction of its own. One of
    all estates that was cut off less than a day ago goes on where it was, unless `anew`. Raises Missing for an unknown
    code.
    """
    wanted = invariants()
    chosen = await estates(codes)
    run = None if codes else await _run(wanted, anew)
    result = await _found(run)
    for number, (place, community) in enumerate([(EVERY, None), *((one.code, one.id) for one in chosen)]):
        if place not in result:
            result[place] = await (_everywhere(wanted) if community is None else _of_estate(wanted, community))
            await _note(run, place, result[place])
        tell(place, result[place], number, len(chosen))
    await _end(run)
    return _told(result, checked=len(wanted) + 1, estates=len(chosen))


async def _everywhere(wanted: Sequence[Invariant]) -> Findings:
    async with unit_of_work(EVERYWHERE, isolation="REPEATABLE READ", read_only=True):
        return {one.id: _shown(one, rows) for one in wanted if (rows := await one.broken_everywhere(fetch))}


async def _of_estate(wanted: Sequence[Invariant], community: int) -> Findings:
    async with unit_of_work(community, isolation="REPEATABLE READ", read_only=True):
        result = {one.id: _shown(one, rows) for one in wanted if (rows := await one.broken_in_estate(fetch))}
        if broken := await broken_chain(community):
            result[CHAINS] = [SEALED, f"row {broken.sequence}: {broken.what}"]
    return result


def _shown(invariant: Invariant, rows: Sequence[Record]) -> list[str]:
    return [invariant.says, *(str(dict(row)) for row in rows[:SHOWN])]


def _told(by_place: Mapping[str, Findings], *, checked: int, estates: int) -> dict[str, object]:
    findings: Findings = {}
    for place, violated in by_place.items():
        for id_, (says, *rows) in violated.items():
            findings.setdefault(id_, [says]).extend(f"{place}: {row}" if place else row for row in rows)
    return {
        "ok": not findings,
        "failed": sorted(findings),
        "checked": checked,
        "estates": estates,
        "failed_in": {place: sorted(violated) for place, violated in by_place.items() if place and violated},
        "findings": findings,
    }


# --- a verification that was cut off goes on


async def _run(wanted: Sequence[Invariant], anew: bool) -> UUID:
    """The one to go on with, if it asked the same, or a new one."""
    checks = sha256(repr(wanted).encode()).hexdigest()
    now = clock.real_now()
    async with unit_of_work():
        last = await fetch_one("SELECT * FROM verification ORDER BY began_at DESC LIMIT 1")
        if last and not anew and not last["ended_at"] and last["began_at"] > now - GOES_ON and last["checks"] == checks:
            run: UUID = last["id"]
            return run
        run = uuid4()
        await fetch(
            "INSERT INTO verification (id, began_at, checks, found) VALUES ($1, $2, $3, '{}')", run, now, checks
        )
        return run


async def _found(run: UUID | None) -> dict[str, Findings]:
    """What it has found so far, by the codes of the estates it has seen."""
    async with unit_of_work(read_only=True):
        row = await fetch_one("SELECT found FROM verification WHERE id = $1", run)
    return json.loads(row["found"]) if row else {}


async def _note(run: UUID | None, place: str, found: Findings) -> None:
    async with unit_of_work():
        await fetch(
            "UPDATE verification SET found = found || jsonb_build_object($2::text, $3::jsonb) WHERE id = $1",
            run,
            place,
            json.dumps(found),
        )


async def _end(run: UUID | None) -> None:
    async with unit_of_work():
        await fetch("UPDATE verification SET ended_at = $2 WHERE id = $1", run, clock.real_now())
