"""Tries mutants against tests. Each has a process of its own, forked from a pytest that has read everything but the
tests and what they import."""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

from tests.mutants.changes import Mutant, mutants_of
from tests.mutants.in_its_place import InItsPlace

SURVIVED = int(pytest.ExitCode.OK)
KILLED = (int(pytest.ExitCode.TESTS_FAILED), int(pytest.ExitCode.INTERRUPTED))
MEMORY = 8 << 30  # bytes of addresses: a loop that no longer ends may not take the machine with it


class Wrong(Exception):
    """The trial itself went wrong: the tests are red without any change, or there are none."""


@dataclass(frozen=True)
class Tried:
    """A file, how many mutants it has, and those that no test minded."""

    file: str
    mutants: int
    alive: tuple[Mutant, ...]


def try_file(file: str, rounds: Sequence[Sequence[str]]) -> Tried:
    """All mutants of a file, one after the other, each until the first test that fails. Raises Wrong.

    Whoever lives through the tests of one round is tried by those of the next.
    """
    source = Path(file).read_text()
    mutants = alive = mutants_of(file, source)
    for tests in rounds:
        alive = _living(file, source, alive, tests)
    return Tried(file, len(mutants), tuple(alive))


def _living(file: str, source: str, mutants: list[Mutant], tests: Sequence[str]) -> list[Mutant]:
    hypothesis.settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,  # the same mutants live in each run
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),  # it is enough that it fails
    )
    forks = _Forks(file, source, mutants)
    arguments = ["-x", "-p", "no:xdist", "-p", "no:unraisableexception", "--assert=plain", "--tb=no"]
    with _Silence():
        try:
            pytest.main([*arguments, "--hypothesis-profile=mutants", *tests], plugins=[forks])
        finally:
            if forks.is_child:  # it did not even begin, or pytest broke: it must not go on as the process it came from
                os._exit(int(pytest.ExitCode.INTERNAL_ERROR))
    if forks.wrong:
        raise Wrong(forks.wrong)
    return forks.alive


class _Forks:
    """A plugin: where pytest would collect the tests, it forks itself for each mutant, and each child goes on."""

    def __init__(self, file: str, source: str, mutants: Sequence[Mutant]) -> None:
        self.file, self.source, self.mutants = file, source, mutants
        self.module = file.removesuffix(".py").replace("/", ".")
        self.alive: list[Mutant] = []
        self.wrong = f"{file}: pytest did not come as far as its tests"
        self.is_child = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool | None:
        if self.module in sys.modules:
            _forget_ours()
        gc.collect()
        gc.freeze()  # else each child looks through all that it was born with, three times
        begun = time.monotonic()
        status = self._outcome(self.source, 300)
        if self.is_child:
            return None
        patience = 5 + 10 * (time.monotonic() - begun)
        self.wrong = "" if status == SURVIVED else f"{self.file}: red without any change (pytest says {status})"
        for mutant in self.mutants if not self.wrong else ():
            status = self._outcome(mutant.code, patience)
            if self.is_child:
                return None
            if status == SURVIVED:
                self.alive.append(mutant)
            elif status not in (*KILLED, None):
                self.wrong = f"{mutant.name}: pytest says {status}"
        session.items = []
        return True

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """First those that try one example, then those that try a hundred."""
        items.sort(key=lambda item: hypothesis.is_hypothesis_test(getattr(item, "obj", None)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """A child has said all that is asked of it."""
        if self.is_child:
            os._exit(int(exitstatus))

    def _outcome(self, code: str, patience: float) -> int | None:
        """What pytest says of this code; None when it took longer than `patience` seconds. In the child: None."""
        child = os.fork()
        if not child:
            self.is_child = True
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            sys.meta_path.insert(0, InItsPlace(self.module, self.file, code))
            return None
        ends = time.monotonic() + patience
        while time.monotonic() < ends:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.005)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return None


class _Silence:
    """What pytest and its children print goes nowhere."""

    def __enter__(self) -> None:
        sys.stdout.flush()
        self.kept = os.dup(1), os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for place in (1, 2):
            os.dup2(nowhere, place)
        os.close(nowhere)

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()
        for kept, place in zip(self.kept, (1, 2), strict=True):
            os.dup2(kept, place)
            os.close(kept)


def _forget_ours() -> None:
    """Modules of ours that are imported already may have been made with the file that is about to change."""
    for name in [name for name in sys.modules if name.split(".")[0] == "portal"]:
        del sys.modules[name]
