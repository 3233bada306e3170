"""An estate of 100,000 homes and 1,000,000 rows by `portal import`: seconds and memory, and the same as a dry run."""

from __future__ import annotations

import asyncio
import csv
import itertools
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from portal.platform.db import unit_of_work as db
from portal.platform.db.logins import Database
from portal.platform.process.settings import Settings
from tests.bench.beside import beside_in
from tests.bench.measured import Figure
from tests.measured import Run, portal

HOMES = 100_000
MOST_SECONDS, MOST_MEGABYTES = 180, 500
CODE = "daxin"


def write_large_estate(folder: Path, homes: int = HOMES) -> int:
    """Write an estate of ten rows for each home as CSV; how many rows there are."""
    home = range(homes)

    def unit(n: int) -> str:
        return f"{n // 200 + 1}栋{n % 200 // 4 + 1:02d}{n % 4 + 1:02d}室"

    owned = ((unit(n), f"P{n}", "owner", "1", "2020-01-01", "") for n in home)
    let = ((unit(n), f"P{(n + 1) % homes}", "tenant", "", "2025-01-01", "2027-12-31") for n in home)
    files: dict[str, tuple[str, Iterable[tuple[Any, ...]]]] = {
        "community": ("code,name,due_rule,fee_mode", [(CODE, "大新城", "day:15", "lump_sum")]),
        "units": (
            "unit,building,stairwell,floor,use,billable_area,occupancy,handed_over_on",
            (
                (unit(n), n // 200 + 1, 1, n % 200 // 4 + 1, "residential", 60 + n % 90, "owner", "2020-01-01")
                for n in home
            ),
        ),
        "people": (
            "person,name,phone,email,language",
            ((f"P{n}", f"业主{n}", 13000000000 + n, f"p{n}@example.com", "zh-CN") for n in home),
        ),
        "occupancies": ("unit,person,role,share,from,to", itertools.chain(owned, let)),
        "charge_items": (
            "item,name_zh,kind",
            [("fee", "物业费", "service_fee"), ("bay", "车位费", "parking"), ("water", "水费", "utility")],
        ),
        "tariffs": (
            "item,use,formula,rate,timing,from",
            [
                ("fee", "residential", "per_area", "2.35", "advance", "2024-01-01"),
                ("bay", "*", "per_quantity", "250", "advance", "2024-01-01"),
                ("water", "*", "metered", "3.77", "arrears", "2024-01-01"),
            ],
        ),
        "unit_charges": ("unit,item,quantity,from", ((unit(n), "bay", n % 3 + 1, "2024-01-01") for n in home)),
        "meter_readings": (
            "unit,item,meter,period,previous,current",
            (
                (unit(n), "water", f"W{n}", f"2026-{month:02d}", 100 + month * 9, f"{109 + month * 9}.5")
                for n in home
                for month in range(7, 11)
            ),
        ),
        "opening_balances": (
            "unit,item,period,due_on,amount",
            ((unit(n), "fee", "2026-06", "2026-06-15", f"{n % 900 + 10}.50") for n in home),
        ),
    }  # fmt: skip
    rows = 0
    folder.mkdir(parents=True, exist_ok=True)
    for stem, (header, lines) in files.items():
        with (folder / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header.split(","))
            for line in lines:
                writer.writerow(line)
                rows += 1
    return rows


def done(data: Path, *words: str | Path) -> Run:
    """A command of the portal that must come to a good end."""
    run = portal(data, *words)
    if run.code:
        raise SystemExit(f"{words[0]} failed: {json.dumps(run.answer, ensure_ascii=False)[:2000]}")
    return run


async def neighbours_in(data: Path) -> None:
    """Small estates, which an import must not suffer from."""
    database = Database(Settings(env="test", data=data, base_url="http://127.0.0.1:8000", secret_key="k" * 32))
    try:
        db.engine.point_at(**database.config("portal_worker"))
        await db.engine.open(min_size=1, max_size=4)
        await beside_in(database)
        await db.engine.close()
    finally:
        database.stop()


def main() -> None:
    """Generate, set up, make neighbours, import as a dry run, then for good, then again."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as place:
        folder, data = Path(place) / "estate", Path(place) / "var"
        Path(place).chmod(0o711)
        rows = write_large_estate(folder)
        done(data, "setup")
        asyncio.run(neighbours_in(data))
        words = ("import", folder, "--community", CODE)
        dry, real, again = done(data, *words, "--dry-run"), done(data, *words), done(data, *words)
    assert sum(real.answer["created"].values()) == rows == sum(again.answer["unchanged"].values())
    assert dry.answer["created"] == real.answer["created"]
    for name, run in (("a dry run", dry), ("an import", real), ("the same import again", again)):
        assert run.said.count("portal: units") > 1, "progress is told"
        facts = {"rows": rows, "homes": HOMES}
        Figure(f"{name} of {rows:,} rows, seconds", run.seconds, MOST_SECONDS, facts=facts).tell()
        Figure(f"{name} of {rows:,} rows, peak memory in MB", run.megabytes, MOST_MEGABYTES, facts=facts).tell()


if __name__ == "__main__":
    main()
