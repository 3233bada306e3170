"""One throw-away database for all mutants of a file: to make one for each would take longer than its tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg

from portal.platform.db.address import parts
from portal.platform.db.logins import Database
from portal.platform.process.embedded import FAST
from portal.platform.process.settings import Settings
from portal.platform.schema.setup import set_up

ADDRESSES = ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_ADMIN_URL")


EMPTY = """
SET session_replication_role = replica;
DO $$ DECLARE every text; BEGIN
  SELECT string_agg(format('%I', relname), ', ') INTO every FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migration';
  EXECUTE 'TRUNCATE ' || every || ' RESTART IDENTITY CASCADE';
END $$
"""


def emptied() -> None:
    """Empty every table of the server that is running but the history of migrations."""
    asyncio.run(_emptied())


async def _emptied() -> None:
    connection = await asyncpg.connect(**parts(os.environ["DATABASE_ADMIN_URL"]))
    await connection.execute(EMPTY)
    await connection.close()


@contextlib.contextmanager
def served() -> Iterator[None]:
    """Tests that are started within work on a server that is made and set up once."""
    folder = Path(tempfile.mkdtemp(prefix="portal-mutants-"))
    folder.chmod(0o711)  # so that PostgreSQL's own user may enter when this runs as root
    settings = Settings(env="test", data=folder, base_url="http://127.0.0.1", secret_key="only for mutants" * 3)
    database = Database(settings, embedded_settings=FAST)
    try:
        asyncio.run(set_up(database))
        os.environ |= dict.fromkeys(ADDRESSES, f"postgresql://postgres@/portal?host={database.host}")
        yield
    finally:
        for name in ADDRESSES:
            os.environ.pop(name, None)
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)
