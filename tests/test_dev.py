"""`portal dev` beyond its start: what it does when one of its parts is gone."""

import subprocess
import time

import pytest

from portal import dev


def test_a_part_that_ends_is_told_and_the_rest_goes_on(capfd: pytest.CaptureFixture[str]):
    began = time.monotonic()
    assert dev._stay([subprocess.Popen(["sleep", "0"]), subprocess.Popen(["sleep", "2"])]) == 1
    assert time.monotonic() - began > 2
    assert capfd.readouterr().err.splitlines() == [
        "this part of the portal ended with 0: sleep 0",
        "this part of the portal ended with 0: sleep 2",
    ]
