"""Imports from the desk: sent, checked by the worker, confirmed by a name, brought in by the worker, told how far."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.client import browser
from tests.records.imports.books import parts_of, sheet_of, write_book
from tests.records.imports.world import BAD, GOOD, STAFF, UNITS, count, estate, row_of, send, uploaded, work

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


def state(answer: httpx.Response) -> str:
    found = re.search(r'id="import" data-state="(\w+)"', answer.text)
    assert found, answer.text[-2000:]
    return found[1]


async def test_files_are_checked_confirmed_and_imported_under_ones_own_name(settings: Settings) -> None:
    mingxi = await estate()
    async with browser(settings, mingxi["沈平"]) as client:
        address = await uploaded(client, GOOD)
        waiting = await client.get(address)
        assert (state(waiting), "every 2s" in waiting.text) == ("checking", True)
        await work(mingxi, address)
        checked = await client.get(address)
        assert (state(checked), "every 2s" in checked.text) == ("checked", False)
        assert re.search(r"units\.csv</th><td[^>]*>2</td><td[^>]*>0</td><td[^>]*>0</td>", checked.text)
        assert await count("unit WHERE building = '9'") == 0
        assert (await client.post(f"{address}/confirmation")).headers["location"] == address
        assert state(await client.get(address)) == "importing"
        await work(mingxi, address)
        done = await client.get(address)
        assert state(done) == "imported" and "沈平" in done.text
        assert address in (await client.get("/desk/imports")).text
    assert (await count("unit WHERE building = '9'"), await count("import_part")) == (2, 0)
    async with unit_of_work(EVERYWHERE):
        said = await fetch("SELECT verb, actor FROM audit_entry WHERE subject LIKE 'import_request:%' ORDER BY at")
    assert [row["verb"] for row in said] == ["import_uploaded", "import_confirmed", "import_done"]
    assert {row["actor"] for row in said} == {mingxi["沈平"].actor}


async def test_mistakes_are_listed_by_file_row_and_column_and_the_bytes_are_gone(settings: Settings) -> None:
    mingxi = await estate()
    async with browser(settings, mingxi["沈平"]) as client:
        address = await uploaded(client, BAD)
        await work(mingxi, address)
        faulty = await client.get(address)
        assert state(faulty) == "faulty" and "/confirmation" not in faulty.text
        assert re.search(r'id="error-1"><th[^>]*>units\.csv</th><td[^>]*>2</td><td[^>]*>billable_area', faulty.text)
        assert (await client.post(f"{address}/confirmation")).status_code == 409
        assert await count("import_part") == 0
        assert state(await client.get(await uploaded(client, GOOD))) == "checking", "the next may come"


async def test_a_workbook_is_as_good_as_files(settings: Settings, tmp_path: Path) -> None:
    mingxi = await estate()
    book = write_book(tmp_path / "book.xlsx", parts_of({name[:-4]: sheet_of(text) for name, text in GOOD.items()}))
    async with browser(settings, mingxi["沈平"]) as client:
        address = await uploaded(client, {"九栋.xlsx": await asyncio.to_thread(book.read_bytes)})
        await work(mingxi, address)
        checked = await client.get(address)
        assert (await client.post(f"{address}/cancellation")).status_code == 303
        faulty = await uploaded(client, {"../九栋.XLSX": b"PK not a workbook"})
        await work(mingxi, faulty)
        mistakes = await client.get(faulty)
    assert state(checked) == "checked" and "units.csv" in checked.text and "九栋.xlsx" in checked.text
    assert state(mistakes) == "faulty" and re.search(r'id="error-1"><th[^>]*>九栋\.XLSX<', mistakes.text)


async def test_another_estates_files_and_imports_are_not_there(settings: Settings) -> None:
    mingxi, donghu = await estate(), await cast.donghu()
    async with browser(settings, mingxi["沈平"]) as client:
        address = await uploaded(client, GOOD)
    async with browser(settings, donghu["韩冰"]) as client:
        assert (await send(client, GOOD)).status_code == 404
        assert (await client.get(address)).status_code == 404
        assert (await client.post(f"{address}/confirmation")).status_code == 404
        assert (await client.post(f"{address}/cancellation")).status_code == 404
        assert address not in (await client.get("/desk/imports")).text


async def test_the_files_of_another_community_do_not_come_in_here(settings: Settings) -> None:
    mingxi = await estate()
    await cast.donghu()
    async with browser(settings, mingxi["沈平"]) as client:
        address = await uploaded(client, {"community.csv": "code,name\nnowhere,东湖\n", "units.csv": UNITS})
        await work(mingxi, address)
        faulty = await client.get(address)
    assert state(faulty) == "faulty" and "community.csv" in faulty.text
    assert await count("community") == 2


@pytest.mark.parametrize("who", ["蒋涛", "冯丽"])
async def test_only_managers_import(settings: Settings, who: str) -> None:
    mingxi = await estate()
    async with browser(settings, mingxi["沈平"]) as client:
        address = await uploaded(client, GOOD)
        await work(mingxi, address)
    async with browser(settings, mingxi[who]) as client:
        assert (await client.get("/desk/imports")).status_code == 403
        assert (await send(client, GOOD)).status_code == 403
        assert (await client.post(f"{address}/confirmation")).status_code == 403
    assert (await row_of(address))["state"] == "checked"


async def test_confirming_needs_a_fresh_proof_of_who_one_is(settings: Settings) -> None:
    mingxi = await estate()
    async with browser(settings, mingxi["沈平"], stepped_up=False) as client:
        address = await uploaded(client, GOOD)
        await work(mingxi, address)
        answer = await client.post(f"{address}/confirmation")
    assert answer.headers["location"].startswith("/desk/step-up?next=/desk/imports/")
    assert (await row_of(address))["state"] == "checked"


async def test_what_changes_staff_is_confirmed_by_another_manager(settings: Settings) -> None:
    mingxi = await estate()
    async with browser(settings, mingxi["沈平"]) as client:
        address = await uploaded(client, STAFF)
        await work(mingxi, address)
        assert "/confirmation" not in (await client.get(address)).text
        assert (await client.post(f"{address}/confirmation")).status_code == 409
    async with browser(settings, mingxi["施文"]) as client:
        assert 'href="/desk/imports"' in (await client.get("/desk")).text
        assert "/confirmation" in (await client.get(address)).text
        assert (await client.post(f"{address}/confirmation")).status_code == 303
        await work(mingxi, address)
        assert state(await client.get(address)) == "imported"
        assert 'href="/desk/imports"' not in (await client.get("/desk")).text


WRONG = {
    "no file": {},
    "unknown name": {"homes.csv": UNITS},
    "unknown suffix": {"units.txt": UNITS},
    "empty": {"units.csv": UNITS, "people.csv": ""},
    "workbook and csv": {"estate.xlsx": b"PK", "units.csv": UNITS},
    "capitals": {"UNITS.CSV": UNITS},
}


@pytest.mark.parametrize("what", WRONG)
async def test_wrong_files_are_refused_on_the_form_and_nothing_is_kept(settings: Settings, what: str) -> None:
    mingxi = await estate()
    async with browser(settings, mingxi["沈平"]) as client:
        answer = await send(client, WRONG[what])
    assert answer.status_code == 422 and 'id="import-files-error"' in answer.text
    assert (await count("import_request"), await count("import_part")) == (0, 0)


async def test_two_files_of_the_same_name_are_refused(settings: Settings) -> None:
    mingxi = await estate()
    twice = [("files", ("units.csv", UNITS.encode())), ("files", ("some/where/units.csv", UNITS.encode()))]
    async with browser(settings, mingxi["沈平"]) as client:
        answer = await client.post("/desk/imports", data={"community": "mingxi"}, files=twice)
    assert answer.status_code == 422 and "units.csv" in answer.text
    assert await count("import_request") == 0


async def test_too_much_is_refused_on_the_form(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    mingxi = await estate()
    monkeypatch.setattr("portal.records.import_requests.rules.MOST_BYTES", 1000)
    async with browser(settings, mingxi["沈平"]) as client:
        answer = await send(client, {"units.csv": UNITS + "x" * 1000})
        beyond = await client.post(  # of this nothing is read
            "/desk/imports",
            content=b"x",
            headers={"content-type": "multipart/form-data; boundary=x", "content-length": str(2**30)},
        )
    assert (answer.status_code, beyond.status_code) == (422, 422)
    assert "portal import" in answer.text and 'class="notice notice-bad summary"' in beyond.text
    assert await count("import_request") == 0


async def test_htmx_gets_only_how_far_it_is(settings: Settings) -> None:
    mingxi = await estate()
    async with browser(settings, mingxi["沈平"]) as client:
        address = await uploaded(client, GOOD)
        async with unit_of_work(mingxi.community):
            await fetch("UPDATE import_request SET what = 'people', done = 12, whole = 6000")
        answer = await client.get(address, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert answer.text.lstrip().startswith('<div id="import"')
    assert "people.csv" in answer.text and "6,000" in answer.text
