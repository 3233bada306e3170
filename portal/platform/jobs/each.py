"""Work that goes from estate to estate, where trouble in one keeps no other from its turn."""

from __future__ import annotations

import functools
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from portal.kit.errors import Missing
from portal.kit.i18n import N_
from portal.platform.db.unit_of_work import fetch, unit_of_work

log = logging.getLogger("portal.each")
T = TypeVar("T")
R = TypeVar("R")
NO_COMMUNITY = N_("There is no community with the code %(code)s.")


@dataclass(frozen=True)
class Estate:
    """What it takes to go from one to the next."""

    id: int
    code: str


async def estates(codes: Sequence[str] = ()) -> list[Estate]:
    """Every estate there is, or those with these codes, in the order of their ids. Raises Missing for an unknown code.

    Opens a unit of work of its own, so that none is held while the caller goes from one to the next.
    """
    async with unit_of_work(read_only=True):
        rows = await fetch(
            "SELECT id, code FROM community WHERE cardinality($1::text[]) = 0 OR code = ANY($1) ORDER BY id",
            list(codes),
        )
    known = {row["code"] for row in rows}
    for code in codes:
        if code not in known:
            raise Missing(NO_COMMUNITY, code=code)
    return [Estate(row["id"], row["code"]) for row in rows]


async def in_turn(what: str, things: Iterable[T], act: Callable[[T], Awaitable[R]]) -> list[R]:
    """Act on one after the other, and give what came of it.

    What goes wrong with one is logged and keeps no other from its turn; at the end it is raised as an ExceptionGroup.
    """
    done: list[R] = []
    troubles: list[Exception] = []
    for thing in things:
        try:
            done.append(await act(thing))
        except Exception as trouble:
            log.warning("%s failed for %s", what, thing, exc_info=trouble)
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup(f"{what} failed {len(troubles)} times", troubles)
    return done


class Job(Protocol):
    """A job of an estate and a day, or of a day in all estates; gives how much it did of what."""

    __name__: str

    def __call__(self, on: date, community: int | None = None) -> Awaitable[dict[str, int]]: ...


def of_each_estate(job: Callable[[date, int], Awaitable[dict[str, int]]]) -> Job:
    """Lets a job of one estate also go through all of them, one after the other, adding up what it did."""

    @functools.wraps(job)
    async def run(on: date, community: int | None = None) -> dict[str, int]:
        if community is not None:
            return await job(on, community)
        ids = [estate.id for estate in await estates()]
        done: Counter[str] = Counter()
        for counts in await in_turn(job.__name__, ids, functools.partial(job, on)):
            done.update(counts)
        return dict(done)

    return run
