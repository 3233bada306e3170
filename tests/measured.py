"""A command of the portal in a process of its own, with its wall-clock time and the memory of all its processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_EVERY = 0.05  # seconds between looks


@dataclass(frozen=True)
class Run:
    """What a command took, and what it said."""

    seconds: float
    megabytes: float
    code: int
    answer: dict[str, Any]
    said: str


@dataclass
class _Watch:
    """The most memory that each process below one has had; the kernel keeps it, so a peak between looks is seen."""

    above: int
    most: dict[int, int] = field(default_factory=dict)

    def look(self) -> None:
        for pid in _below(self.above):
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:  # it has ended
                continue
            found = dict(line.split(":", 1) for line in status.splitlines())
            if found["Name"].strip() != "postgres" and "VmHWM" in found:
                self.most[pid] = int(found["VmHWM"].split()[0])


def _below(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def portal(data: Path, *words: str | Path, **environ: str) -> Run:
    """Run a command on a data folder; its memory is the sum of what each of its processes had at most, in MB.

    The database's own processes are not counted. Needs /proc.
    """
    environ = {"PATH": os.environ["PATH"], "PORTAL_ENV": "test", "HOME": os.environ.get("HOME", "/")} | environ
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        command = [sys.executable, "-m", "portal.run.cli", *map(str, words), "--data", str(data), "--json"]
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=err)
        watch, ended = _Watch(process.pid), threading.Event()
        thread = threading.Thread(target=lambda: _until(ended, watch))
        thread.start()
        code = process.wait()
        seconds = time.perf_counter() - began
        ended.set()
        thread.join()
        out.seek(0)
        err.seek(0)
        said = err.read().decode()
        return Run(seconds, sum(watch.most.values()) / 1024, code, json.loads(out.read() or b"{}"), said)


def _until(ended: threading.Event, watch: _Watch) -> None:
    while not ended.wait(_EVERY):
        watch.look()
