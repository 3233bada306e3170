"""A corrected file after publication becomes a version of its own (C4)."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from portal.db import EVERYWHERE, fetch, fetch_one, unit_of_work
from portal.estate.importing import import_estate
from portal.people.actions import start_session
from portal.people.principal import Audience, Principal, Role
from portal.people.queries import principal_of
from portal.statements import queries
from portal.statements.actions import publish_statement
from portal.statements.states import StatementState
from tests.estate.files import GOOD, replaced, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def manager() -> Principal:
    async with unit_of_work(EVERYWHERE):
        row = await fetch_one("SELECT human FROM staff WHERE $1 = ANY(roles)", Role.manager.value)
    found = await principal_of(await start_session(row["human"], Audience.staff, "tests"))
    assert found
    return found


async def versions() -> list[tuple[int, str, UUID]]:
    async with unit_of_work(EVERYWHERE):
        return [tuple(row) for row in await fetch("SELECT version, state, id FROM statement ORDER BY version")]


async def test_a_corrected_file_is_a_new_version_and_the_published_one_stays(tmp_path: Path) -> None:
    await import_estate(write(tmp_path, GOOD), "qinghe", actor="cli")
    who = await manager()
    ((_, _, first),) = await versions()
    sha256 = await publish_statement(first, by=who)
    assert not sum((await import_estate(write(tmp_path, GOOD), "qinghe", actor="cli")).updated.values())
    corrected = write(tmp_path, replaced("accounts", "308970.85", "308970.86"))
    assert (await import_estate(corrected, "qinghe", actor="cli")).as_json()["errors"] == []
    (_, state, _), (number, draft, second) = await versions()
    assert (state, number, draft) == ("published", 2, "draft")
    await publish_statement(second, by=who)
    old, new = (await queries.statement_at(who, first)).shown, (await queries.statement_at(who, second)).shown
    assert (old.row.state, old.sha256, old.intact) == (StatementState.superseded, sha256, True)
    assert [(str(change.before), str(change.after)) for change in new.changes] == [("308970.85", "308970.86")]
