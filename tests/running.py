"""A portal of our own on this machine: `portal dev` in a throw-away folder, and the commands that its operator has."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

from portal.run.dev import MAIL_ABOVE
from tests.ports import free_port


@dataclass
class Portal:
    """A running portal and the commands that its operator has."""

    url: str
    sandbox: str
    data: Path
    environ: dict[str, str]
    at_desk: dict[str, list[Any]] = field(default_factory=dict)  # the cookies of each login that came in
    read: dict[str, int] = field(default_factory=dict)  # the number of each phone's SMS whose code was told last

    def run(self, *words: str) -> dict:
        """One command with --json. Raises CalledProcessError when it refuses."""
        done = subprocess.run(
            [sys.executable, "-m", "portal.run.cli", *words, "--json", "--data", str(self.data)],
            capture_output=True,
            text=True,
            check=True,
            env=self.environ,
        )
        return json.loads(done.stdout)

    def code_for(self, phone: str) -> str:
        """The code in the newest SMS to a phone that has one, never one that was told: notices may come between."""
        number, code = self._in_sms(phone, r"(?<!\d)\d{6}(?!\d)", since=self.read.get(phone, 0))
        self.read[phone] = number
        return code

    def link_for(self, phone: str) -> str:
        """The address in the newest SMS to a phone that has one."""
        return self._in_sms(phone, r"https?://\S+")[1]

    def _in_sms(self, phone: str, sought: str, since: int = 0) -> tuple[int, str]:
        """The number, from 1, of the newest SMS with such a part behind the first `since`, and the part."""
        for _ in range(100):
            with urlopen(f"{self.sandbox}/sandbox/sms?phone={phone}") as answer:
                sent = json.load(answer)
            for older, sms in enumerate(sent[: len(sent) - since]):
                if found := re.search(sought, sms["text"]):
                    return len(sent) - older, found[0]
            time.sleep(0.1)
        raise AssertionError(f"no such SMS came to {phone}")


OURS = ("PORTAL_", "STRIPE_", "SMS_", "DATABASE_")


def beside(database: str) -> dict[str, str]:
    """The addresses of a database of its own on the server that the tests run on; none when that is embedded."""
    given = {name: url for name, url in os.environ.items() if name.startswith("DATABASE_") and name.endswith("URL")}
    return {name: urlunsplit(urlsplit(url)._replace(path=f"/{database}")) for name, url in given.items()}


@contextlib.contextmanager
def portal_dev(
    program: str = "portal.run.cli", *, demo: bool = False, **more: str
) -> Iterator[tuple[Portal, subprocess.Popen[bytes]]]:
    """`portal dev` with these environment variables, ready to use; stopped and removed at the end.

    Its server is an embedded one of its own, unless `more` has the addresses of another.
    """
    data = Path(tempfile.mkdtemp(prefix="portal-dev-"))
    data.chmod(0o711)
    port, sandbox = free_port(), free_port(above=MAIL_ABOVE)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | more
    words = ["dev", "--data", str(data), "--port", str(port), "--sandbox-port", str(sandbox)]
    words += [] if demo else ["--no-demo"]
    with (data / "dev.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", program, *words], stdout=log, stderr=log, env=environ, start_new_session=True
        )
    running = Portal(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox}", data, environ)
    try:
        _wait(process, running)
        yield running, process
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(data, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes], running: Portal) -> None:
    for _ in range(1800):
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{running.url}/readyz", timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError((running.data / "dev.log").read_text()[-3000:])
