"""Files that attack an import are refused with their place and a remedy, and nothing of them is kept (F-74, F-46)."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import pytest

from portal.platform.db.unit_of_work import EVERYWHERE, fetch_value, unit_of_work
from portal.records.reading.report import Report
from portal.records.saving.actions import import_estate
from portal.run.verify import verify
from tests.faults.counts import SEED, note, times
from tests.faults.heavy_files import HEAVY, TRIED as HEAVY_NOW
from tests.faults.hostile_files import CORPUS, PLAIN
from tests.measured import portal
from tests.records.imports.books import parts_of, write_book
from tests.records.imports.files import GOOD, write

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1800), pytest.mark.usefixtures("database", "clean")]


async def bring(path, **how):
    return await import_estate(path, "qinghe", actor="cli", **how)


async def one(sql):
    async with unit_of_work(EVERYWHERE):
        return await fetch_value(sql)


@pytest.mark.parametrize("kind", CORPUS)
async def test_a_hostile_file_is_refused_with_its_place_and_nothing_is_saved(tmp_path, kind):
    hostile = CORPUS[kind]
    errors = (await bring(hostile.write(tmp_path))).as_json()["errors"]
    assert [(e["file"], e["row"], e["column"]) for e in errors[:1]] == (
        [(hostile.file, hostile.row, hostile.column)] if hostile.word else []
    ), errors[:3]
    assert all(hostile.word in e["message"] for e in errors[:1])
    assert await one("SELECT count(*) FROM community") == (0 if hostile.word else 1)
    assert hostile.word == "" or await one("SELECT count(*) FROM human") == 0


@pytest.mark.parametrize("kind", HEAVY_NOW)
async def test_a_heavy_file_is_refused_within_30_seconds_and_takes_less_than_300_mb(tmp_path, settings, kind):
    written, word = HEAVY[kind]
    given = {name: value for name, value in os.environ.items() if name.startswith("DATABASE_")}
    path = await asyncio.to_thread(written, tmp_path)
    words = ("import", path, "--community", "qinghe", "--dry-run")
    run = await asyncio.to_thread(portal, settings.data, *words, **given)
    note(f"F-74, {kind}", 1, seconds=round(run.seconds, 1), megabytes=round(run.megabytes))
    assert "Traceback" not in run.said
    assert any(word in e["message"] for e in run.answer["errors"]) if word else run.code == 0
    assert run.megabytes < 300
    assert run.seconds < 30 or not word


async def test_mutated_files_get_a_report_and_never_a_traceback(tmp_path):
    chance, refused = random.Random(SEED), 0
    tries = times(sample=50, landing=5000)
    for n in range(tries):
        path = mutated_book(tmp_path, chance) if n % 4 == 0 else mutated_folder(tmp_path, chance)
        try:
            report = await bring(path, dry_run=True)
        except Exception as wrong:
            raise AssertionError(f"try {n} of seed {SEED}") from wrong
        told = report.as_json()["errors"]
        refused += bool(told)
        assert all(e["file"] and e["row"] >= 1 and e["message"] for e in told)
    note("F-74, mutated files", tries, refused=refused)
    assert refused > 0
    assert await one("SELECT (SELECT count(*) FROM community) + (SELECT count(*) FROM human)") == 0


async def test_the_same_opening_balances_again_change_nothing_and_say_so(tmp_path):
    folder = write(tmp_path, GOOD)
    rows = len(GOOD["opening_balances"].splitlines()) - 1
    tries = times(sample=2, landing=20)
    assert (await bring(folder)).created["opening_balances"] == rows
    for n in range(tries):
        (folder / "opening_balances.csv").write_text(opening_of(n))
        reports = await at_once(folder) if n % 2 else [await bring(folder), await bring(folder)]
        counts = sorted((r.created["opening_balances"], r.unchanged["opening_balances"]) for r in reports)
        assert counts == [(0, 1), (1, 0)]
    note("F-46", tries)
    assert await one("SELECT count(*) FROM bill_line") == rows + tries
    assert await one("SELECT count(*) FROM journal WHERE kind = 'opening'") == await one("SELECT count(*) FROM bill")
    assert (await verify())["ok"]


def opening_of(n: int) -> str:
    """An opening-balance file for another month each time."""
    month = f"{2022 + n // 12}-{n % 12 + 1:02d}"
    return f"unit,item,period,due_on,amount\n1栋101,fee,{month},{month}-15,{n + 1}.05\n"


async def at_once(folder: Path) -> list[Report]:
    """What two imports of it say that run at the same time."""
    return await asyncio.gather(bring(folder), bring(folder))


def mutated_folder(place: Path, chance: random.Random) -> Path:
    """The good folder with one file damaged."""
    path = write(place / "estate", GOOD)
    one = path / f"{chance.choice(list(GOOD))}.csv"
    one.write_bytes(mutated(one.read_bytes(), chance))
    return path


def mutated_book(place: Path, chance: random.Random) -> Path:
    """The good workbook damaged as a whole, or in one of its parts."""
    parts: dict[str, str | bytes] = dict(parts_of(PLAIN))
    whole = chance.random() < 0.3
    if not whole:
        name = chance.choice(list(parts))
        parts[name] = mutated(str(parts[name]).encode(), chance)
    path = write_book(place / "book.xlsx", parts)
    if whole:
        path.write_bytes(mutated(path.read_bytes(), chance))
    return path


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The same with bytes flipped, lost, doubled, moved or cut off, in up to four places."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(found) + 1)
        piece = found[at : at + chance.randint(1, 40)]
        match chance.randrange(6):
            case 0:
                found[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del found[at : at + len(piece)]
            case 2:
                found[at:at] = piece
            case 3:
                del found[at : at + len(piece)]
                found[chance.randrange(len(found) + 1) : 0] = piece
            case 4:
                found[at:at] = chance.choice(
                    [b'"', b",", b"\n", b"\r", b"=", b"-", b"\xff", b"<", b"&", b">", b"9" * 50]
                )
            case _ if chance.random() < 0.3:
                del found[at:]
            case _:
                found[at : at + 1] = b""
    return bytes(found)
