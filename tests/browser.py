"""A Chromium for the journeys: the system's, Playwright's, or installed here when we may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


WHOLE = ("chromium", "chromium-browser", "google-chrome")
LIGHT = "chromium-headless-shell"  # the same pages in about 60 % of the time, but no notifications


def chromium(*, whole: bool = False) -> str | None:
    """The path of a Chromium on this machine, or None to let Playwright use its own.

    The `whole` one shows notifications.
    """
    for name in WHOLE if whole else (LIGHT, *WHOLE):
        if found := shutil.which(name):
            return found
    return None


def _playwrights_own() -> bool:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def ensure() -> None:
    """Have a browser. Raises SystemExit with what to do when there is no way to get one."""
    if chromium(whole=True) or _playwrights_own():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        for package in ("chromium", LIGHT):
            subprocess.run(["apt-get", "install", "-y", "-qq", package], check=False, **quiet)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if not (chromium(whole=True) or _playwrights_own()):
        raise SystemExit("no browser for the journeys: install chromium (Debian: apt-get install chromium)")


if __name__ == "__main__":
    ensure()
