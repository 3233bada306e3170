"""`portal dev` beyond its start: what it does when one of its parts is gone."""

import os
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from portal.platform.db.logins import Database
from portal.platform.process.embedded import FAST
from portal.platform.process.settings import Settings
from portal.run import dev
from portal.run.dev import Part


def kept_until(part: Part, what: object) -> None:
    """Look after a part until it is as it should be."""
    patience = time.monotonic() + 10
    while not what():  # type: ignore[operator]
        assert time.monotonic() < patience
        part.keep(time.monotonic())
        time.sleep(0.02)


@pytest.mark.parametrize("code", [0, 1])
def test_a_part_that_ends_is_told_and_started_again_whatever_it_ended_with(
    code: int, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(dev, "PAUSE", 0.1)
    ran = tmp_path / "ran"
    program = f"open({str(ran)!r}, 'a').write('.'); raise SystemExit({code})"
    part = Part(sys.executable, "-c", program)
    kept_until(part, lambda: ran.exists() and len(ran.read_text()) == 3)
    part.stop(5)
    told = [line for line in capfd.readouterr().err.splitlines() if "ended" in line]
    assert [line.rpartition(" in ")[2] for line in told[:2]] == ["0.1 s", "0.2 s"]
    assert all(line.startswith(f"this part of the portal ended with {code}: ") for line in told)


def test_a_part_that_lived_is_started_again_soon(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dev, "ENDS_EARLY", 0)
    part = Part("sleep", "60")
    for _ in range(5):
        before = part.process.pid
        part.process.kill()
        part.process.wait()
        kept_until(part, lambda: not part.ended)
        assert part.pause == dev.PAUSE
        assert part.process.pid != before
    part.stop(0)


def test_a_part_that_does_not_stop_is_ended():
    part = Part("sleep", "60")
    part.stop(0.1)
    assert part.process.wait(5) == -signal.SIGKILL


@pytest.mark.embedded
def test_an_embedded_server_that_was_killed_is_started_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(dev, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(dev, "DOWN_FOR", 0.5)
    with tempfile.TemporaryDirectory(prefix="portal-dev-") as folder:
        Path(folder).chmod(0o711)
        own = Database(replace(settings, data=Path(folder), database_url=None), embedded_settings=FAST)
        try:
            os.kill(int((Path(folder) / "postgres/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
            dev._keep([], own)
            while not own.answers():  # its orphans may have been there still
                dev._keep([], own)
            assert "the database is down; restarting it" in capfd.readouterr().err
        finally:
            own.stop()


@pytest.mark.parametrize("port", [8421, 8425])
def test_a_port_that_the_sandbox_takes_is_refused_with_a_word(port: int) -> None:
    with pytest.raises(SystemExit, match=f"--port {port} is taken by the sandbox"):
        dev.run(port=port, sandbox_port=8421, demo=False)
