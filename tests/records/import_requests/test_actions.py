"""An import from the desk under trouble: twice at once, given up, too late, killed, confirmed by the wrong one."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import time
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

from portal.kit import clock
from portal.kit.errors import Invalid, Refused
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, unit_of_work
from portal.platform.process.settings import Settings
from portal.records.import_requests import jobs
from portal.records.import_requests.actions import (
    Altered,
    Kept,
    cancel_import,
    confirm_import,
    upload_import,
    write_out,
)
from portal.records.import_requests.jobs import sweep_imports
from portal.records.import_requests.queries import import_at
from portal.records.import_requests.rules import KEPT
from portal.records.saving.actions import import_estate
from tests.client import ORIGIN, app_of
from tests.populated import signed_in
from tests.records.imports.world import BAD, GOOD, PEOPLE, UNITS, checked, count, estate, row_of, sent, work

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


class Killed(BaseException):
    """The end of a process: nothing of it is caught."""


async def test_of_two_uploads_at_once_one_wins_and_the_other_is_told() -> None:
    mingxi = await estate()
    both = await asyncio.gather(
        *(upload_import(mingxi[name], "mingxi", sent(GOOD)) for name in ("沈平", "施文")), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in both) == ["Invalid", "UUID"]
    assert (await count("import_request"), await count("import_part")) == (1, 3)
    with pytest.raises(Invalid, match="already open"):
        await upload_import(mingxi["施文"], "mingxi", sent(GOOD))


async def test_the_same_form_twice_is_one_import() -> None:
    mingxi = await estate()
    first = await upload_import(mingxi["沈平"], "mingxi", sent(GOOD), "a-key-of-the-form")
    assert await upload_import(mingxi["沈平"], "mingxi", sent(GOOD), "a-key-of-the-form") == first
    assert await count("import_part") == 3


async def test_what_is_given_up_keeps_no_bytes_and_is_not_imported_by_a_worker_already_at_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mingxi = await estate()
    asked = await checked(mingxi, mingxi["沈平"])
    await confirm_import(mingxi["沈平"], asked)

    async def given_up_meanwhile(*words: object, **how: object) -> object:
        await cancel_import(mingxi["施文"], asked)
        return await import_estate(*words, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "import_estate", given_up_meanwhile)
    await work(mingxi, asked)
    assert ((await row_of(asked))["state"], await count("import_part")) == ("cancelled", 0)
    assert await count("unit WHERE building = '9'") == 0
    with pytest.raises(Refused):
        await cancel_import(mingxi["沈平"], asked)
    with pytest.raises(Refused):
        await confirm_import(mingxi["沈平"], asked)


async def test_a_worker_killed_before_the_commit_leaves_nothing_and_the_next_brings_it_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mingxi = await estate()
    asked = await checked(mingxi, mingxi["沈平"])
    await confirm_import(mingxi["沈平"], asked)
    close = jobs._close

    async def killed(*words: object) -> None:
        await close(*words)  # type: ignore[arg-type]
        raise Killed

    with monkeypatch.context() as broken, pytest.raises(Killed):
        broken.setattr(jobs, "_close", killed)
        await work(mingxi, asked)
    assert ((await row_of(asked))["state"], await count("unit WHERE building = '9'")) == ("importing", 0)
    await work(mingxi, asked)
    done = await row_of(asked)
    assert (done["state"], await count("unit WHERE building = '9'"), await count("import_part")) == ("imported", 2, 0)
    assert json.loads(str(done["report"]))["created"]["units"] == 2
    await work(mingxi, asked)  # the queue may ask twice
    assert await row_of(asked) == done


async def test_what_no_longer_fits_the_estate_is_not_imported_and_its_mistakes_are_shown(tmp_path: Path) -> None:
    mingxi = await estate()
    asked = await checked(mingxi, mingxi["沈平"])
    await confirm_import(mingxi["沈平"], asked)
    another = {name: text.replace("P901", "P902").replace("0901\n", "0902\n") for name, text in GOOD.items()}
    for name, text in another.items():
        (tmp_path / name).write_text(text)
    assert (await import_estate(tmp_path, "mingxi", actor="cli")).ok
    await work(mingxi, asked)
    row = await row_of(asked)
    report = json.loads(str(row["report"]))
    assert (row["state"], report["error_count"], report["errors"][0]["file"]) == ("faulty", 1, "occupancies.csv")
    assert (await count("person WHERE external_id = 'P901'"), await count("import_part")) == (0, 0)


async def test_who_uploaded_what_changes_people_by_now_must_not_have_confirmed_it(tmp_path: Path) -> None:
    mingxi = await estate()
    asked = await checked(mingxi, mingxi["沈平"], {"people.csv": PEOPLE})
    await confirm_import(mingxi["沈平"], asked)
    (tmp_path / "people.csv").write_text("person,name,phone\nP901,何芳,19900000902\n")
    assert (await import_estate(tmp_path, "mingxi", actor="cli")).ok
    await work(mingxi, asked)
    row = await row_of(asked)
    assert (row["state"], json.loads(str(row["report"]))["updated"]["people"]) == ("checked", 1)
    with pytest.raises(Refused):
        await confirm_import(mingxi["沈平"], asked)
    await confirm_import(mingxi["施文"], asked)
    await work(mingxi, asked)
    assert (await row_of(asked))["state"] == "imported"


async def test_after_a_day_without_a_confirmation_the_bytes_are_gone_and_after_another_the_mistakes() -> None:
    mingxi = await estate()
    faulty = await checked(mingxi, mingxi["沈平"], BAD)
    asked = await checked(mingxi, mingxi["沈平"])
    assert await sweep_imports() == {"expired": 0, "forgotten": 0}
    async with unit_of_work(EVERYWHERE):
        await fetch("UPDATE import_request SET changed_at = $1", clock.real_now() - KEPT - timedelta(seconds=1))
    assert await sweep_imports() == {"expired": 1, "forgotten": 1}
    assert ((await row_of(asked))["state"], await count("import_part")) == ("expired", 0)
    assert json.loads(str((await row_of(faulty))["report"])) == {
        "created": {}, "updated": {}, "unchanged": {}, "error_count": 1,
    }  # fmt: skip
    assert await count("audit_entry WHERE verb = 'import_expired' AND actor = 'job:imports'") == 1
    assert await sweep_imports() == {"expired": 0, "forgotten": 0}
    await work(mingxi, asked)  # a job that came too late
    assert (await row_of(asked))["state"] == "expired"


async def test_what_a_killed_worker_left_on_its_disk_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    old, fresh, other = (tmp_path / name for name in ("portal-import-a", "portal-import-b", "another"))
    for folder in (old, fresh, other):
        folder.mkdir()
        (folder / "people.csv").write_text(PEOPLE)
    for folder in (old, other):
        os.utime(folder, (time.time() - KEPT.total_seconds() - 5,) * 2)
    await sweep_imports()
    assert await asyncio.to_thread(names_in, tmp_path) == ["another", "portal-import-b"]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_bytes_that_are_not_those_that_were_checked_are_not_imported(tmp_path: Path) -> None:
    mingxi = await estate()
    asked = await checked(mingxi, mingxi["沈平"])
    await confirm_import(mingxi["沈平"], asked)
    async with unit_of_work(EVERYWHERE):
        await fetch("UPDATE import_part SET content = $1 WHERE file = 0", (UNITS + "9栋903,9,residential,1\n").encode())
    with pytest.raises(Altered):
        await work(mingxi, asked)
    assert ((await row_of(asked))["state"], await count("unit WHERE building = '9'")) == ("faulty", 0)


@pytest.mark.parametrize("confirmed", [False, True])
async def test_an_import_on_which_the_worker_breaks_ends_at_once_and_says_so(
    monkeypatch: pytest.MonkeyPatch, *, confirmed: bool
) -> None:
    mingxi = await estate()
    asked = await upload_import(mingxi["沈平"], "mingxi", sent(GOOD))
    if confirmed:
        await work(mingxi, asked)
        await confirm_import(mingxi["沈平"], asked)

    async def broken(*words: object, **how: object) -> None:
        raise AssertionError("checked before")

    monkeypatch.setattr(jobs, "import_estate", broken)
    with pytest.raises(AssertionError, match="checked before"):
        await work(mingxi, asked)
    row = await row_of(asked)
    page = await import_at(mingxi["沈平"], asked)
    assert (row["state"], await count("import_part")) == ("faulty", 0)
    assert [(one.file, one.message.text) for one in page.errors] == [("units.csv", jobs.BROKE)]
    await upload_import(mingxi["沈平"], "mingxi", sent(GOOD))  # the next one is not in its way


async def test_an_import_whose_database_went_away_waits_for_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    mingxi = await estate()
    asked = await upload_import(mingxi["沈平"], "mingxi", sent(GOOD))

    async def away(*words: object, **how: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken, pytest.raises(ConnectionError):
        broken.setattr(jobs, "import_estate", away)
        await work(mingxi, asked)
    assert (await row_of(asked))["state"] == "checking"
    await work(mingxi, asked)
    assert (await row_of(asked))["state"] == "checked"


async def test_how_far_it_is_can_be_seen_while_it_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    mingxi = await estate()
    asked = await upload_import(mingxi["沈平"], "mingxi", sent(GOOD))
    monkeypatch.setattr(jobs, "BEAT", 0.01)
    seen: list[tuple[object, ...]] = []

    async def slow(*words: object, tell: jobs.Tell, **how: object) -> object:
        tell("people", 3, 7)
        for _ in range(300):
            row = await row_of(asked)
            if row["whole"]:
                seen.append((row["what"], row["done"], row["whole"]))
                break
            await asyncio.sleep(0.01)
        return await import_estate(*words, tell=tell, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "import_estate", slow)
    await work(mingxi, asked)
    assert seen == [("people", 3, 7)]
    assert [(await row_of(asked))[name] for name in ("state", "what", "done")] == ["checked", "", 0]


async def test_a_large_file_is_never_whole_in_memory(settings: Settings, tmp_path: Path) -> None:
    """Sent as a server hands it on, kept, and written out again: 40 MiB."""
    mingxi = await estate()
    token, _known = await signed_in(mingxi["沈平"])
    head = b'--x\r\nContent-Disposition: form-data; name="community"\r\n\r\nmingxi\r\n--x\r\n'
    head += b'Content-Disposition: form-data; name="files"; filename="units.csv"\r\n\r\n'
    chunks = itertools.chain([head], itertools.repeat(bytes(2**16), 640), [b"\r\n--x--\r\n"])
    headers = {"host": "127.0.0.1:8000", "origin": ORIGIN, "sec-fetch-site": "same-origin", "cookie": f"sid={token}",
               "content-type": "multipart/form-data; boundary=x"}  # fmt: skip
    answered: list[int] = []

    async def receive() -> dict[str, object]:
        chunk = next(chunks, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(message: dict[str, int]) -> None:
        answered.append(message.get("status", 0))

    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
        "method": "POST", "path": "/desk/imports", "raw_path": b"/desk/imports", "query_string": b"", "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("203.0.113.9", 1), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip
    app = app_of(settings)
    tracemalloc.start()
    await app(scope, receive, send)  # type: ignore[arg-type]
    async with unit_of_work(EVERYWHERE):
        row = await fetch_one("SELECT id, files FROM import_request")
    assert row and answered[0] == 303
    path = await write_out(mingxi.community, row["id"], [Kept(**one) for one in json.loads(row["files"])], tmp_path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path == tmp_path and await asyncio.to_thread(os.path.getsize, tmp_path / "units.csv") == 40 * 2**20
    assert await count("import_part") == 40
    assert most < 16 * 2**20, f"{most:,} bytes"
