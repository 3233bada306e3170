"""One real database for the whole run, wiped after each test; the app's pool works as portal_app."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import hypothesis
import pytest

from portal.kit import clock
from portal.platform.db import unit_of_work as db
from portal.platform.db.logins import Database
from portal.platform.db.unit_of_work import UnitOfWork
from portal.platform.process.embedded import FAST
from portal.platform.process.settings import Settings
from portal.platform.schema.setup import set_up

# No test is timed: a busy machine, or a first run that Hypothesis makes its tables in, is no fault.
hypothesis.settings.register_profile(
    "untimed", hypothesis.settings(), deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

# To ask every invariant takes more statements than the hundred that asyncpg remembers: so each was planned anew after
# each test, which took more time than the tests themselves.
ALL_PLANNED_ONCE = {"statement_cache_size": 1000, "max_cached_statement_lifetime": 0}


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop for the pool, the tests and the app."""
    return "asyncio"


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of a throw-away portal."""
    folder = Path(tempfile.mkdtemp(prefix="portal-test-"))
    folder.chmod(0o711)  # so that PostgreSQL's own user may enter when the tests run as root
    yield Settings(
        env="test",
        data=folder,
        base_url="http://127.0.0.1:8000",
        secret_key="a secret that is only for tests, 32+",
        database_url=os.environ.get("DATABASE_URL"),
        worker_url=os.environ.get("DATABASE_WORKER_URL"),
        admin_url=os.environ.get("DATABASE_ADMIN_URL"),
        stripe_api_key="sk_test_sandbox",
        stripe_webhook_secret="whsec_test",
        stripe_api_base="http://127.0.0.1:8421",
    )
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def clock_as_it_was() -> Iterator[None]:
    """A test that moved the business clock leaves no other test in another year."""
    moved = clock.now() - clock.real_now()
    yield
    clock.start_at(clock.real_now() + moved)


@pytest.fixture(scope="session")
async def database(settings: Settings, anyio_backend: str) -> AsyncIterator[Database]:
    """A migrated and guarded database; the engine's pool is open as the app."""
    zone = os.environ.get("PORTAL_TEST_ZONE", "UTC")  # a server by address has its own (.ci/postgres)
    running = Database(settings, embedded_settings=(*FAST, f"timezone={zone}"))
    await set_up(running)
    db.engine.point_at(**running.config("portal_app"))
    await db.engine.open(min_size=2, max_size=12, **ALL_PLANNED_ONCE)
    yield running
    await db.engine.close()
    running.stop()


@pytest.fixture(scope="session")
async def admin(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection on which triggers and foreign keys are off: for wiping and for tampering."""
    connection = await asyncpg.connect(**database.config("admin"))
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()


@pytest.fixture
async def master(database: Database, clean: None) -> AsyncIterator[asyncpg.Connection]:
    """A superuser with triggers and keys on: whatever stops it is the guard alone."""
    connection = await asyncpg.connect(**database.config("admin"))
    yield connection
    await connection.close()


Wipe = Callable[[], Awaitable[None]]


@pytest.fixture(scope="session")
async def wipe(admin: asyncpg.Connection) -> Wipe:
    """Empties every table but the history of migrations."""
    names = [
        row["relname"]
        for row in await admin.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND relname <> 'migration'"
        )
    ]
    sequences = await admin.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
    )
    again = "".join(f";SELECT setval('{row['relname']}', 1, false)" for row in sequences)
    # Most tests fill few tables: to look takes a fifth of what it takes to delete from all.
    filled = " UNION ALL ".join(f"(SELECT '{name}' AS name FROM \"{name}\" LIMIT 1)" for name in names)

    async def wiped() -> None:
        deletes = [f'DELETE FROM "{row["name"]}"' for row in await admin.fetch(filled)]
        await admin.execute(";".join(["BEGIN", *deletes, f"COMMIT{again}"]))

    return wiped


@pytest.fixture
async def clean(wipe: Wipe) -> AsyncIterator[None]:
    """An empty database after this test."""
    yield
    await wipe()


@pytest.fixture
async def pool_stays_whole(database: Database) -> AsyncIterator[None]:
    """After every test here, each connection of the pool can still be had at once, outside any transaction."""
    yield
    pool = db.engine.pool
    taken = [await asyncio.wait_for(pool.acquire(), 5) for _ in range(pool.get_max_size())]
    assert not any(connection.is_in_transaction() for connection in taken)
    await asyncio.gather(*(pool.release(connection) for connection in taken))


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that were sent since it was last cleared."""
    said: list[str] = []
    enter, leave = UnitOfWork.__aenter__, UnitOfWork._end

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        said.append(record.query)

    async def entered(self: UnitOfWork) -> UnitOfWork:
        said.append("BEGIN")
        await enter(self)
        self.connection.add_query_logger(note)
        return self

    async def left(self: UnitOfWork, word: str) -> None:
        said.append(word)
        self.connection.remove_query_logger(note)
        await leave(self, word)

    monkeypatch.setattr(UnitOfWork, "__aenter__", entered)
    monkeypatch.setattr(UnitOfWork, "_end", left)
    return said
