"""A web process that begins while the database is away says so until it is there."""

from __future__ import annotations

import httpx
import pytest

from portal.platform.db import unit_of_work as db
from portal.run.serving import make_app

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def test_a_process_that_begins_in_an_outage_tells_it_and_recovers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    known, before = dict(db.engine.config), (db.engine.pool, db.engine.config, db.engine.wait, db.engine.prompt)
    given = {
        "PORTAL_ENV": "test", "PORTAL_DATA": str(tmp_path), "PORTAL_BASE_URL": "http://127.0.0.1:8000",
        "PORTAL_SECRET_KEY": "a secret that is only for tests, 32+",
        "DATABASE_URL": "postgresql://web@127.0.0.1:1,127.0.0.1:2/portal",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    db.engine.pool = None
    try:
        app = make_app()
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        started = app.app.lifespan()  # type: ignore[attr-defined]  # what granian does with it
        async with started, httpx.AsyncClient(transport=transport, base_url=given["PORTAL_BASE_URL"]) as web:
            assert (await web.get("/e/nowhere")).status_code == 503
            known.pop("connection_class", None)  # a pool keeps its own
            db.engine.pool.set_connect_args(**known)
            assert (await web.get("/e/nowhere")).status_code == 404
    finally:
        db.engine.pool, db.engine.config, db.engine.wait, db.engine.prompt = before
