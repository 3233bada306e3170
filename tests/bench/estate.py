"""An embedded server of one's own with small estates on it, for measuring; its data is written by the commands."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from portal.platform.db import unit_of_work as db
from portal.platform.db.logins import Database
from portal.platform.process.settings import Settings
from portal.platform.schema.setup import set_up
from tests.bench.beside import beside_in


@contextlib.asynccontextmanager
async def server(*, role: str = "portal_app", **pool: int) -> AsyncIterator[tuple[Settings, Database]]:
    """A fresh server with its usual settings (fsync on), set up, with small estates, the pool open in a role."""
    folder = _folder()
    settings = Settings(env="test", data=folder, base_url="http://127.0.0.1:8000", secret_key="k" * 32,
                        stripe_api_key="sk_test_sandbox", stripe_webhook_secret="whsec_test",
                        stripe_api_base="http://127.0.0.1:8421")  # fmt: skip
    database = Database(settings)
    try:
        await set_up(database)
        db.engine.point_at(**database.config(role))  # type: ignore[arg-type]
        await db.engine.open(**(pool or {"min_size": 4, "max_size": 10}))
        await beside_in(database)
        yield settings, database
        await db.engine.close()
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o711)  # so that PostgreSQL's own user may enter when the bench runs as root
    return folder
