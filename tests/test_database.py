"""One address for everything, or one for each role: set up, and what each login may then become."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest

from portal.platform.db.address import CONNECTS_WITHIN, PLACES, TARGETS, TLS, TO_SERVER, WAITS
from portal.platform.db.logins import LIMITS, Database, RoleName
from portal.platform.process.settings import Settings
from portal.platform.schema.setup import set_up
from portal.run.serving import POOL

pytestmark = pytest.mark.anyio
NAME, WEB, JOBS = "portal_by_address", "portal test web", "portal_test_jobs"


@pytest.fixture
async def address(database: Database, admin: asyncpg.Connection) -> AsyncIterator[str]:
    """The administrator's address of a database that is not there yet; `{}` stands for user and password."""
    config = database.config("admin")
    where = f"?host={quote(str(config['host']), safe='')}&sslmode=prefer" if str(config["host"]).startswith("/") else ""
    host = "" if where else config["host"]
    yield f"postgresql://{{}}@{host}:{config.get('port', 5432)}/{NAME}{where}"
    await admin.execute(f"DROP DATABASE IF EXISTS {NAME}")
    await admin.execute(f'DROP ROLE IF EXISTS "{WEB}", "{JOBS}"')


async def who(database: Database, role: RoleName) -> tuple[str, str]:
    connection = await asyncpg.connect(**database.config(role))
    try:
        await connection.fetch("SELECT id FROM bill")
        return tuple(await connection.fetchrow("SELECT session_user::text, current_user::text"))
    finally:
        await connection.close()


def with_password(config: dict[str, str]) -> str:
    return f"{config['user']}:{quote(config.get('password') or 'x', safe='')}"


async def test_one_address_serves_every_role_with_the_rights_of_that_role(
    address: str, settings: Settings, database: Database
) -> None:
    master = database.config("admin")
    url = address.format(with_password(master))
    one = Database(replace(settings, database_url=url, worker_url=None, admin_url=None))
    await set_up(one)
    await set_up(one)
    for role in ("portal_owner", "portal_app", "portal_worker"):
        assert await who(one, role) == (master["user"], role)


async def test_three_addresses_are_three_logins_that_cannot_become_each_other(
    address: str, settings: Settings, database: Database
) -> None:
    master = database.config("admin")
    three = Database(
        replace(
            settings,
            database_url=address.format(f"{quote(WEB)}:web-secret"),
            worker_url=address.format(f"{JOBS}:jobs-secret"),
            admin_url=address.format(with_password(master)),
        )
    )
    await set_up(three)
    await set_up(three)
    assert await who(three, "portal_app") == (WEB, "portal_app")
    assert await who(three, "portal_worker") == (JOBS, "portal_worker")
    for role, others in {"portal_app": ("portal_worker", "portal_owner"), "portal_worker": ("portal_owner",)}.items():
        connection = await asyncpg.connect(**three.config(role))  # type: ignore[arg-type]
        for other in others:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"SET ROLE {other}")
        await connection.close()


def test_the_page_for_operators_knows_every_option_and_every_limit() -> None:
    page = (Path(__file__).parents[1] / "docs" / "database.md").read_text()
    options = {*PLACES, *TLS, *TO_SERVER, *WAITS, *TARGETS}
    waits = {str(POOL["wait"]), str(POOL["prompt"]), str(POOL["command_timeout"]), str(CONNECTS_WITHIN)}
    limits = {value.replace("s", " s").replace("min", " min") for value in LIMITS["portal_app"].values()}
    assert {option for option in options if f"`{option}`" not in page} == set()
    assert {wait for wait in {f"{wait} s" for wait in waits} | limits if f"| {wait}" not in page} == set()
