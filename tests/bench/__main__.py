"""Run every benchmark in a process of its own, print each ratio with its limit, exit 1 when one misses."""

from __future__ import annotations

import subprocess
import sys

from tests.bench.measured import Figure, told

BENCHES = (
    "first_visit", "pages", "bills", "imports", "arrears", "queues", "statements", "figures", "verify",
)  # fmt: skip


def main(chosen: list[str]) -> int:
    """All benchmarks, or those named."""
    found: list[Figure] = []
    broken = False
    for name in chosen or BENCHES:
        with subprocess.Popen([sys.executable, "-m", f"tests.bench.{name}"], stdout=subprocess.PIPE, text=True) as run:
            figures = [f for line in run.stdout or () if (f := told(line))]
        broken |= run.returncode != 0 or not figures
        for figure in figures:
            print(figure, flush=True)
        found += figures
    return int(broken or not all(figure.good for figure in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
