"""A corrected file after publication becomes a version of its own (C4)."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from portal.accounts.publishing.actions import sign_statement
from portal.accounts.publishing.drafts import explain_finding
from portal.accounts.statement_pages import queries
from portal.accounts.statements.states import StatementState
from portal.people.persons.actions import start_session
from portal.people.persons.permissions import Role
from portal.people.persons.principal import Audience, Principal
from portal.people.persons.queries import principal_of
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, unit_of_work
from portal.records.saving.actions import import_estate
from tests import builders
from tests.accounts.statements import books
from tests.records.imports.files import GOOD, replaced, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def signers() -> list[Principal]:
    """The manager, and somebody of finance."""
    async with unit_of_work(EVERYWHERE):
        row = await fetch_one("SELECT community, human FROM staff WHERE $1 = ANY(roles)", Role.manager.value)
    assert row
    found = await principal_of(await start_session(row["human"], Audience.staff, "tests"))
    assert found
    return [found, await builders.staff(row["community"], "谢朗", "xie", Role.finance)]


async def sign(statement: UUID, both: list[Principal]) -> None:
    """Explain what is found, say what a correction has to, then both sign."""
    await books.correct(both[0], statement)
    for one in (await queries.statement_at(both[0], statement)).shown.open_findings:
        await explain_finding(both[0], statement, one.finding.key, "含税口径不同。")
    for who in both:
        await sign_statement(statement, by=who)


async def versions() -> list[tuple[int, str, UUID]]:
    async with unit_of_work(EVERYWHERE):
        return [tuple(row) for row in await fetch("SELECT version, state, id FROM statement ORDER BY version")]


async def test_a_corrected_file_is_a_new_version_and_the_published_one_stays(tmp_path: Path) -> None:
    await import_estate(write(tmp_path, GOOD), "qinghe", actor="cli")
    both = await signers()
    ((_, _, first),) = await versions()
    await sign(first, both)
    sha256 = (await queries.statement_at(both[0], first)).shown.sha256
    assert not sum((await import_estate(write(tmp_path, GOOD), "qinghe", actor="cli")).updated.values())
    corrected = write(tmp_path, replaced("accounts", "308970.85", "308970.86"))
    assert (await import_estate(corrected, "qinghe", actor="cli")).as_json()["errors"] == []
    (_, state, _), (number, draft, second) = await versions()
    assert (state, number, draft) == ("published", 2, "draft")
    await sign(second, both)
    old, new = [(await queries.statement_at(both[0], one)).shown for one in (first, second)]
    assert (old.row.state, old.sha256, old.intact) == (StatementState.superseded, sha256, True)
    assert [(str(change.before.amount), str(change.after.amount)) for change in new.changes] == [
        ("308970.85", "308970.86")
    ]
