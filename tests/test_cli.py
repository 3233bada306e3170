"""The commands in a data folder of their own, as an operator runs them: one JSON object, and the right exit."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.run import cli
from portal.run.cli import main
from tests.records.imports.files import GOOD, write

OURS = ("PORTAL_", "DATABASE_")


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="portal-cli-"))
    folder.chmod(0o711)  # so that PostgreSQL's own user may enter when the tests run as root
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def portal(
    data: Path, *words: str, program: tuple[str, ...] = ("-m", "portal.run.cli"), **environment: str
) -> tuple[int, dict[str, Any]]:
    """The exit and the one JSON object that a command prints."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    done = subprocess.run(
        [sys.executable, *program, *words, "--json"],
        env={**plain, "PORTAL_ENV": "test", "PORTAL_DATA": str(data), **environment},
        capture_output=True,
        text=True,
    )
    return done.returncode, json.loads(done.stdout)


def test_an_estate_from_an_empty_folder_to_its_first_bills(data: Path, tmp_path: Path) -> None:
    folder = str(write(tmp_path, GOOD))
    code, answer = portal(data, "import", folder, "--community", "qinghe")
    assert (code, "portal setup" in answer["error"]) == (1, True)

    assert portal(data, "setup") == (0, {"ok": True})
    code, answer = portal(data, "import", folder, "--community", "qinghe")
    assert (code, answer["created"]["units"], answer["errors"]) == (0, 3, [])
    code, answer = portal(data, "bill", "--community", "elsewhere", "--period", "2026-11")
    assert (code, answer["total"], answer["by_unit"]) == (1, 0, {})
    assert [(e["code"], e["unit"], e["item"]) for e in answer["errors"]] == [("unknown_community", None, None)]
    code, answer = portal(data, "bill", "--community", "qinghe", "--period", "2026-11", "--on", "2026-11-01")
    assert (code, answer["total"]) == (0, sum(answer["by_unit"].values()))
    assert answer["total"] > 0
    december = ("bill", "--community", "qinghe", "--period", "2026-12", "--on", "2026-12-01")
    code, answer = portal(data, *december, "--preview")
    said = {(w["code"], w["item"]) for w in answer["warnings"] if w["code"] == "came_to_nothing"}
    assert (code, said) == (0, {("came_to_nothing", "water"), ("came_to_nothing", "light")})
    code, answer = portal(data, *december, "--zero-reason", "抄表员病假，下月一并抄")
    assert (code, answer["bills"] > 0, answer["errors"]) == (0, True, [])
    assert "came_to_nothing" not in {w["code"] for w in answer["warnings"]}
    _, answer = portal(data, "staff", "link", "shen")
    assert answer["link"].startswith("http://127.0.0.1:8000/desk/set-up/")
    code, answer = portal(data, "verify")
    assert (code, answer["ok"], answer["failed"], answer["estates"]) == (0, True, [], 1)
    assert portal(data, "verify", "--community", "qinghe", "--anew") == (0, answer)
    code, answer = portal(data, "run", "seal", "--on", "2026-11-01", "--community", "qinghe")
    assert (code, answer["sealed"] > 0) == (0, True)
    assert portal(data, "run", "seal", "--on", "2026-11-01")[1]["sealed"] == 0
    assert portal(data, "run", "seal", "--on", "2026-11-01", "--community", "elsewhere")[0] == 1
    code, answer = portal(data, "verify", "--community", "qinghe", "--community", "elsewhere")
    assert (code, answer) == (1, {"error": "There is no estate with the code elsewhere."})


@pytest.mark.parametrize(("command", "code"), [("verify", 1), ("worker", 0)])
def test_work_that_was_cut_off_did_not_go_well(command: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM)
    for part in (cli.work, cli.parts):
        monkeypatch.setattr(part, command, lambda given: os.kill(os.getpid(), signal.SIGTERM), raising=False)
    try:
        with pytest.raises(SystemExit) as left:
            main([command])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert left.value.code == code


def test_the_first_member_of_staff_needs_an_estate_and_two_cells_are_one(data: Path, tmp_path: Path) -> None:
    add = ("staff", "add", "admin", "--community", "qinghe", "--role")
    assert portal(data, "setup") == (0, {"ok": True})
    code, answer = portal(data, *add, "admin")
    assert code == 1 and "portal import" in answer["error"] and "community.csv" in answer["error"]
    (tmp_path / "community.csv").write_text("code,name\nqinghe,清河家园\n")
    assert portal(data, "import", str(tmp_path), "--community", "qinghe")[0] == 0
    code, answer = portal(data, *add, "boss")
    assert code == 1 and "manager" in answer["error"]
    assert portal(data, *add, "admin")[0] == 0
    (tmp_path / "staff.csv").write_text("login,name,roles\nShen.Ping,沈平,manager\n")
    assert portal(data, "import", str(tmp_path), "--community", "qinghe")[0] == 0
    assert portal(data, "staff", "link", "Shen.Ping")[0] == 0, "a capital is the same letter"


def test_an_import_without_a_folder_for_temporary_files_says_so(data: Path, tmp_path: Path) -> None:
    """As in a container whose /tmp nobody special may write to; it said that the database cannot be reached."""
    assert portal(data, "setup") == (0, {"ok": True})
    folder = str(write(tmp_path, GOOD))
    without = "import sys, tempfile; tempfile.tempdir = '/nowhere'; from portal.run.cli import main; main(sys.argv[1:])"
    code, answer = portal(data, "import", folder, "--community", "qinghe", program=("-c", without))
    assert (code, "TMPDIR" in answer["error"]) == (1, True)


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"PORTAL_NOW": "tomorrow"}, "PORTAL_NOW"),
        ({"PORTAL_ENV": "staging"}, "PORTAL_ENV"),
        ({"PORTAL_ENV": "production"}, "DATABASE_URL"),
        (dict.fromkeys(("DATABASE_URL", "DATABASE_WORKER_URL"), "postgres://app:x@127.0.0.1:1/none"), "reached"),
    ],
)
def test_what_stands_in_the_way_is_said_in_json_as_well(data: Path, environment: dict[str, str], word: str) -> None:
    code, answer = portal(data, "verify", **environment)
    assert (code, word in answer["error"]) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ["bill", "--community", "qinghe", "--period", "2026-13"],
        ["bill", "--community", "qinghe", "--period", "2026-11", "--on", "2026-02-30"],
        ["bill", "--community", "qinghe"],
        ["run", "everything", "--on", "2026-11-01"],
        ["run", "arrears"],
        ["import", "somewhere"],
        ["staff"],
        [],
    ],
)
def test_a_command_that_cannot_be_meant_is_a_mistake_of_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
