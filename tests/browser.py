"""A Chromium for the journeys: the system's (`.ci/packages` sees to Debian's), else Playwright's own."""

from __future__ import annotations

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
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if not _playwrights_own():
        raise SystemExit("no browser for the journeys: install chromium, or Chrome")


if __name__ == "__main__":
    ensure()
