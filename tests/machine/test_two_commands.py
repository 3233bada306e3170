"""`make run` and `make test` on bare roots of Debian: as a user, and as root in a private folder with a blank."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.machine.bare import Bare, bare
from tests.ports import free_port

pytestmark = [pytest.mark.machine, pytest.mark.timeout(3 * 3600)]
HERE = Path(__file__).parents[2]
# A bit of everything that a machine must bring. All of it (PORTAL_MACHINE=whole) takes some twenty minutes, four times.
SOME = 'ARGS="tests/test_embedded.py tests/test_cli.py tests/e2e/test_homes.py tests/sandbox" PARALLEL='
WHOLE = os.environ.get("PORTAL_MACHINE") == "whole"


@dataclass(frozen=True)
class Newcomer:
    """Somebody with a clone of the project on a bare root."""

    machine: Bare
    user: str
    folder: str

    def make(self, words: str) -> subprocess.CompletedProcess[str]:
        """A make command to its end."""
        return self.machine.run(f"make {words}", user=self.user, folder=self.folder)

    def says(self, capfd: pytest.CaptureFixture[str], what: str) -> None:
        """A line for whoever watches."""
        with capfd.disabled():
            print(f"\n{self.machine.release}, {self.user}: {what}", flush=True)


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def machine(request: pytest.FixtureRequest) -> Iterator[Bare]:
    """A root on which nobody has done anything."""
    with bare(request.param) as made:
        yield made


@pytest.fixture(scope="module", params=["lin", "root"])
def newcomer(request: pytest.FixtureRequest, machine: Bare) -> Newcomer:
    """A user, then root; nobody else may enter their home."""
    user: str = request.param
    if user != "root":
        machine.must(f"useradd --create-home --shell /bin/sh {user}")
    home = "/root" if user == "root" else f"/home/{user}"
    subprocess.run(["git", "clone", "-q", str(HERE), f"{machine.root}{home}/物业 portal"], check=True)
    machine.must(f"chown -R {user} {home}; chmod 700 {home}")
    return Newcomer(machine, user, f"{home}/物业 portal")


def test_a_user_is_told_what_to_install_before_anything_is_downloaded(newcomer: Newcomer) -> None:
    if newcomer.user == "root":
        return  # gets it, below
    for command in ("run", "test"):
        done = newcomer.make(command)
        named = re.search(r"^This machine lacks .+ sudo apt-get install (.+)$", done.stdout, re.M)
        assert done.returncode == 2
        assert named
        assert not Path(f"{newcomer.machine.root}{newcomer.folder}/.venv").exists()
    newcomer.machine.must(f"DEBIAN_FRONTEND=noninteractive apt-get install -y -qq {named[1]}")


def test_make_run_stands_and_ends_with_ctrl_c(newcomer: Newcomer, capfd: pytest.CaptureFixture[str]) -> None:
    port, sandbox, begun = free_port(), free_port(above=4), time.monotonic()
    line = f"make run PORT={port} SANDBOX_PORT={sandbox} 2>&1"
    words = newcomer.machine.command(line, user=newcomer.user, folder=newcomer.folder)
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        said: list[str] = []
        while not (said and "Stop with Ctrl-C" in said[-1]):
            said.append(run.stdout.readline())
            assert said[-1], "".join(said)[-4000:]
        newcomer.says(capfd, f"ready after {time.monotonic() - begun:.0f} s")
        with urlopen(f"http://127.0.0.1:{port}/readyz") as ready, urlopen(f"http://127.0.0.1:{sandbox}/") as front:
            assert (ready.status, "19900000101" in front.read().decode()) == (200, True)
        [portal] = [one for one, words in newcomer.machine.processes().items() if b"/portal\0dev\0" in words]
        os.kill(portal, signal.SIGINT)
        assert run.wait(30) == 0
    assert newcomer.machine.processes() == {}
    with pytest.raises(URLError):
        urlopen(f"http://127.0.0.1:{port}/readyz")


def test_make_test_is_green(newcomer: Newcomer, capfd: pytest.CaptureFixture[str]) -> None:
    begun = time.monotonic()
    done = newcomer.make(f"test {'' if WHOLE else SOME}")
    told = done.stdout.rstrip().splitlines()[-1]
    newcomer.says(capfd, f"make test after {time.monotonic() - begun:.0f} s: {told}")
    assert done.returncode == 0, done.stdout[-20000:]
    assert re.search(r"\d+ passed", told)
