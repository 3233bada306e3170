"""An estate of 100,000 homes and 1,000,000 rows by `portal import`: seconds and memory, and the same as a dry run."""

from __future__ import annotations

import csv
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure

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


@dataclass(frozen=True)
class Run:
    """What a command took: wall-clock seconds, the most memory it had at once in MB, and its answer."""

    seconds: float
    megabytes: float
    answer: dict[str, Any]


def portal(data: Path, *words: str | Path) -> Run:
    """Run a command of the portal on a data folder of its own, and measure it."""
    environ = {"PATH": os.environ["PATH"], "PORTAL_ENV": "test", "HOME": os.environ.get("HOME", "/")}
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", *map(str, words), "--data", str(data), "--json"],
            env=environ,
            stdout=out,
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        answer = json.loads(out.read() or b"{}")
    if process.returncode:
        raise SystemExit(f"{words[0]} failed: {json.dumps(answer, ensure_ascii=False)[:2000]}")
    return Run(seconds, used.ru_maxrss / 1024, answer)


def main() -> None:
    """Generate, set up, import as a dry run, then for good, then again."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as place:
        folder, data = Path(place) / "estate", Path(place) / "var"
        Path(place).chmod(0o711)
        rows = write_large_estate(folder)
        portal(data, "setup")
        dry = portal(data, "import", folder, "--community", CODE, "--dry-run")
        real = portal(data, "import", folder, "--community", CODE)
        again = portal(data, "import", folder, "--community", CODE)
    assert sum(real.answer["created"].values()) == rows == sum(again.answer["unchanged"].values())
    assert dry.answer["created"] == real.answer["created"]
    for name, run in (("a dry run", dry), ("an import", real), ("the same import again", again)):
        facts = {"rows": rows, "homes": HOMES}
        Figure(f"{name} of {rows:,} rows, seconds", run.seconds, MOST_SECONDS, facts=facts).tell()
        Figure(f"{name} of {rows:,} rows, peak memory in MB", run.megabytes, MOST_MEGABYTES, facts=facts).tell()


if __name__ == "__main__":
    main()
