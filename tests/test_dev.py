"""`portal dev` beyond its start: what it does when one of its parts is gone."""

import os
import signal
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from portal import dev
from portal.database import Database
from portal.embedded import FAST
from portal.settings import Settings


def test_a_part_that_ends_is_told_and_the_rest_goes_on(capfd: pytest.CaptureFixture[str]):
    began = time.monotonic()
    assert dev._stay([subprocess.Popen(["sleep", "0"]), subprocess.Popen(["sleep", "2"])]) == 1
    assert time.monotonic() - began > 2
    assert capfd.readouterr().err.splitlines() == [
        "this part of the portal ended with 0: sleep 0",
        "this part of the portal ended with 0: sleep 2",
    ]


def test_an_embedded_server_that_was_killed_is_started_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(dev, "ASK_EVERY", 0.1)
    monkeypatch.setattr(dev, "DOWN_FOR", 1)
    with tempfile.TemporaryDirectory(prefix="portal-dev-") as folder:
        Path(folder).chmod(0o711)
        own = Database(replace(settings, data=Path(folder), database_url=None), embedded_settings=FAST)
        try:
            os.kill(int((Path(folder) / "postgres/postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
            assert dev._stay([subprocess.Popen(["sleep", "4"])], own) == 1
            assert own.answers() and "starting it again" in capfd.readouterr().err
        finally:
            own.stop()
