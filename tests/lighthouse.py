"""Lighthouse on a phone profile: home, a bill, a statement and the public page, each score at least 95.

It comes from npm into `var/lighthouse`, runs in the system's Chromium against a portal of its own, prints every score
and what a first visit transfers, and exits 1 when one misses.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from portal.kit import clock
from tests.browser import FLAGS, chromium
from tests.e2e import estate
from tests.e2e.conftest import CODE, Phone
from tests.running import Portal, beside, portal_dev

VERSION = "12.8.2"
HOME = Path("var/lighthouse")
CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 95
MOST = 80_000  # bytes of a first visit, compressed


@dataclass(frozen=True)
class Looked:
    """What Lighthouse says of a page: scores of 100, and bytes transferred."""

    page: str
    scores: dict[str, int]
    transferred: int
    complaints: list[str]

    @property
    def good(self) -> bool:
        """Whether it is good enough."""
        return min(self.scores.values()) >= LEAST and self.transferred <= MOST

    def __str__(self) -> str:
        told = ", ".join(f"{name} {score}" for name, score in self.scores.items())
        misses = "" if self.good else f"  MISS: {'; '.join(self.complaints[:8])}"
        return f"{self.page}: {told}, {self.transferred:,} bytes{misses}"


def tool() -> Path:
    """The command, installed when it is not there. Raises CalledProcessError when npm cannot."""
    command = HOME / "node_modules" / ".bin" / "lighthouse"
    if not command.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        words = ["npm", "install", "--no-save", "--silent", "--prefix", str(HOME), f"lighthouse@{VERSION}"]
        subprocess.run(words, check=True)
    return command


def look(command: Path, url: str, name: str, cookie: str) -> Looked:
    """One page with an empty cache, as its mobile profile sees it."""
    browser = chromium(whole=True) or chromium() or shutil.which("chrome")
    assert browser, "a Chromium is needed: make browser"
    words = [str(command), url, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}",
             f"--chrome-flags={' '.join(('--headless', *FLAGS))}"]  # fmt: skip
    if cookie:
        words.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
    done = subprocess.run(words, capture_output=True, text=True, env=os.environ | {"CHROME_PATH": browser}, check=True)
    return _looked(name, json.loads(done.stdout))


def _looked(name: str, report: dict[str, Any]) -> Looked:
    assert not report.get("runtimeError"), report["runtimeError"]
    scores = {one: round(100 * report["categories"][one]["score"]) for one in CATEGORIES}
    refs = [ref["id"] for one in CATEGORIES for ref in report["categories"][one]["auditRefs"] if ref["weight"]]
    low = [f"{key} {report['audits'][key]['score']}" for key in refs if (report["audits"][key]["score"] or 0) < 0.9]
    total = sum(item["transferSize"] for item in report["audits"]["network-requests"]["details"]["items"])
    return Looked(name, scores, round(total), [one for one in low if not one.endswith("None")])


def main() -> int:
    """All pages; 1 when one of them misses."""
    command = tool()
    with portal_dev(**beside("portal_lighthouse")) as (portal, _process):
        pages, cookie = _prepared(portal)
        found = []
        for name, path in pages.items():
            found.append(look(command, portal.url + path, name, "" if path.startswith("/e/") else cookie))
            print(found[-1], flush=True)
    return int(not all(one.good for one in found))


def _prepared(portal: Portal) -> tuple[dict[str, str], str]:
    """The pages by name, and the cookie of an owner who may read them."""
    folder = portal.data / "estate"
    folder.mkdir()
    assert portal.run("import", str(estate.write(folder)), "--community", CODE)["errors"] == []
    month = f"{clock.today('Asia/Shanghai'):%Y-%m}"
    portal.run("bill", "--community", CODE, "--period", month, "--on", f"{month}-01")
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for login in ("caiwu", "jing"):
            page = chrome.new_context().new_page()
            Phone(page, portal, []).sign_in_at_desk(login)
            page.goto(f"{portal.url}/desk/statements")
            page.click("[data-statement] h2 a")
            page.click("main form[action$='/publication'] button")
        owner = chrome.new_context(locale="zh-CN").new_page()
        Phone(owner, portal, []).sign_in(f"19900002{estate.HOMES[0]}")
        pages = {"home": "/", "bill": _first(owner, portal, "/bills", "bill"),
                 "statement": _first(owner, portal, "/statements", "statement")}  # fmt: skip
        cookie = "; ".join(f"{one['name']}={one['value']}" for one in owner.context.cookies())
        chrome.close()
    return {**pages, "public page": f"/e/{CODE}"}, cookie


def _first(page: Page, portal: Portal, path: str, kind: str) -> str:
    page.goto(portal.url + path)
    return f"{path}/{page.get_attribute(f'[data-{kind}]', f'data-{kind}')}"


if __name__ == "__main__":
    sys.exit(main())
