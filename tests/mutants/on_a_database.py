"""Tries mutants of actions, each in a fresh pytest: what is imported holds on to its pool of connections."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.changes import Mutant, mutants_of
from tests.mutants.server import emptied, served
from tests.mutants.trial import KILLED, SURVIVED, Tried, Wrong

LONGEST_CLEAN = 300  # seconds


def try_action(file: str, rounds: Sequence[Sequence[str]]) -> Tried:
    """All mutants of a file of actions, each until the first test that fails. Raises Wrong.

    Whoever lives through the tests of one round is tried by those of the next.
    """
    mutants = alive = mutants_of(file, Path(file).read_text())
    with served():
        for tests in rounds:
            alive = _living(file, alive, tests)
    return Tried(file, len(mutants), tuple(alive))


def _living(file: str, mutants: Sequence[Mutant], tests: Sequence[str]) -> list[Mutant]:
    begun = time.monotonic()
    status = _outcome(file, Path(file).read_text(), tests, LONGEST_CLEAN)
    if status != SURVIVED:
        raise Wrong(f"{file}: red without any change (pytest says {status})")
    patience = 10 + 3 * (time.monotonic() - begun)
    alive = []
    for mutant in mutants:
        status = _outcome(file, mutant.code, tests, patience)
        if status == SURVIVED:
            alive.append(mutant)
        elif status not in (*KILLED, None):
            raise Wrong(f"{mutant.name}: pytest says {status}")
    return alive


def _outcome(file: str, code: str, tests: Sequence[str], patience: float) -> int | None:
    """What pytest says of this code; None when it took longer than `patience` seconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".py", encoding="utf-8") as changed:
        changed.write(code)
        changed.flush()
        words = [sys.executable, "-m", "tests.mutants.in_its_place", file, changed.name, *tests]
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            return child.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            return None
        finally:
            emptied()  # a test that was ended in its middle has not tidied up
