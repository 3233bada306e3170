"""What `make` says on a machine that lacks something: named at once to a user, installed for root."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parents[1] / ".ci/packages"
USUAL = ("grep", "uname", "chmod")


def machine(folder: Path, **scripts: str) -> str:
    """A PATH with a few of this machine's programs, and scripts that stand in for others; `-` is written `_`."""
    for name in USUAL:
        found = shutil.which(name, path="/bin:/usr/bin")
        assert found
        (folder / name).symlink_to(found)
    for name, script in scripts.items():
        program = folder / name.replace("_", "-")
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    return str(folder)


def prepare(what: str, path: str) -> tuple[int, str]:
    """The exit, and all that it says."""
    done = subprocess.run(["/bin/sh", str(PACKAGES), what], env={"PATH": path}, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_a_user_is_told_in_one_line_all_that_is_missing(tmp_path: Path) -> None:
    path = machine(tmp_path, id="echo 1000", apt_get="exit 9", ldconfig="", python3="exit 1")
    code, said = prepare("test", path)
    assert (code, said.count("\n")) == (1, 1)
    assert said.endswith("sudo apt-get install python3-venv libatomic1 chromium\n")


def test_another_browser_will_do(tmp_path: Path) -> None:
    there = {"apt_get": "exit 9", "ldconfig": "echo libatomic.so.1", "python3": "", "google_chrome": ""}
    assert prepare("test", machine(tmp_path, id="echo 1000", **there)) == (0, "")


def test_a_user_without_python_is_told_so(tmp_path: Path) -> None:
    code, said = prepare("run", machine(tmp_path, id="echo 1000"))
    assert (code, said.endswith("sudo apt-get install python3 python3-venv\n")) == (1, True)


def test_root_gets_what_is_missing(tmp_path: Path) -> None:
    install = 'echo "$*" >> "${0%/*}/asked"; [ "$1" = update ] || printf "#!/bin/sh\\n" > "${0%/*}/python3"'
    code, _ = prepare("run", machine(tmp_path, id="echo 0", apt_get=install, python3="exit 1"))
    assert code == 0
    assert (tmp_path / "asked").read_text().splitlines() == ["update -qq", "install -y -qq python3-venv"]


@pytest.mark.parametrize(("user", "exit_"), [(0, 0), (0, 100), (1000, 0)])
def test_root_with_a_browser_gets_the_light_one_too_where_there_is_one(tmp_path: Path, user: int, exit_: int) -> None:
    install = f'echo "$*" >> "${{0%/*}}/asked"; exit {exit_}'
    path = machine(
        tmp_path, id=f"echo {user}", apt_get=install, ldconfig="echo libatomic.so.1", python3="", chromium=""
    )
    assert prepare("test", path) == (0, "")
    asked = (tmp_path / "asked").read_text() if (tmp_path / "asked").exists() else ""
    assert asked == ("" if user else "install -y -qq chromium-headless-shell\n")


def test_root_without_a_network_is_told_so(tmp_path: Path) -> None:
    code, said = prepare("run", machine(tmp_path, id="echo 0", apt_get="exit 100", python3="exit 1"))
    assert (code, "python3-venv (is there a network?)" in said) == (1, True)


def test_an_old_python_is_refused(tmp_path: Path) -> None:
    older = 'case "$2" in *version_info*) exit 1;; esac'
    code, said = prepare("run", machine(tmp_path, id="echo 1000", python3=older))
    assert (code, said.count("\n"), "Python 3.11 or later" in said) == (1, 1, True)


def test_a_machine_that_has_it_all_is_told_nothing(tmp_path: Path) -> None:
    assert prepare("run", machine(tmp_path, id="echo 1000", python3="exit 0")) == (0, "")
