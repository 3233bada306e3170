"""The promises of an import on their way to the service standards."""

from __future__ import annotations

from collections.abc import Sequence

from portal.care.standards.actions import Promise, keep_promises
from portal.kit import clock
from portal.platform.db.unit_of_work import fetch_one
from portal.records.checking.known import Change


async def save_promises(community: int, changes: Sequence[Change]) -> None:
    """Keep what is new and what changed; a changed promise begins today in the estate's zone."""
    estate = await fetch_one("SELECT jurisdiction, timezone FROM community WHERE id = $1", community)
    assert estate is not None, "the estate is saved before what it promises"
    promises = [_promise(change) for change in changes if not change.same]
    await keep_promises(community, promises, jurisdiction=estate["jurisdiction"], on=clock.today(estate["timezone"]))


def _promise(change: Change) -> Promise:
    old = change.old
    return Promise(**change.new, replaces=(old["id"], old["starts_on"], old["version"]) if old else None)
