"""Walk from page to page as one reader and look at each kind of page once: what is wrong with it, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

MOST = 80  # kinds of pages; more means that an address was taken for a new kind
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FILES = re.compile(
    r"\.(csv|pdf|xlsx|zip|jpg|png|svg|webmanifest)$|/photos/|/sandbox/|/file$|/poster$|/disclosures/(prices|standards)$|/documents/"
)
TARGET, IN_TEXT = 44, 24  # CSS pixels; a rounding of half a pixel is let pass

LOOK = """([target, inText]) => {
  const root = document.documentElement, small = [];
  const shown = (e) => {
    const r = e.getBoundingClientRect();
    return r.width > 1 && r.height > 1 && !e.closest('.skip, .hidden');
  };
  const area = (e) => {
    if (!e.matches('[type=checkbox], [type=radio]')) return e.getBoundingClientRect();
    return (e.closest('label') || document.querySelector(`label[for="${e.id}"]`) || e).getBoundingClientRect();
  };
  for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    if (!shown(e) || e.getAttribute('aria-hidden')) continue;
    const least = e.tagName === 'A' && getComputedStyle(e).display === 'inline' ? inText : target;
    const height = area(e).height;
    const name = (e.innerText || e.name || '').trim().slice(0, 20);
    if (height < least - 0.5) small.push(`${e.tagName} “${name}” is ${Math.round(height)} px high`);
  }
  const out = [...document.querySelectorAll('main .card *, main table.stack tr *')].filter((e) => shown(e)
    && !e.childElementCount && !e.closest('.scroll, thead, caption')
    && e.getBoundingClientRect().right > e.closest('.card, tr').getBoundingClientRect().right + 1);
  return {
    out: out.slice(0, 3).map((e) => e.innerText),
    small, lang: root.lang, sideways: root.scrollWidth - root.clientWidth,
    headings: document.querySelectorAll('h1').length,
    links: [...document.querySelectorAll('a[href]')].map((a) => a.href.split('#')[0]),
  };
}"""


def kind(address: str) -> str:
    """The address without keys and values: one page stands for all of its kind."""
    path, _mark, query = KEY.sub("…", address).partition("?")
    return path + ("?" + "&".join(dict.fromkeys(re.sub(r"=[^&]*", "=", query).split("&"))) if query else "")


@dataclass
class Walk:
    """One reader's walk. `wrong` names the page of each fault; `titles` the pages by their title."""

    page: Page
    base: str
    lang: str = "zh-CN"
    axe: bool = True
    widths: tuple[int, ...] = ()  # other widths of the screen at which no page may scroll sideways
    wrong: list[str] = field(default_factory=list)
    titles: dict[str, list[str]] = field(default_factory=dict)
    _said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to the console and to failed requests from the first page on."""
        loud = ("error", "warning")
        self.page.on("console", lambda said: self._said.append(said.text) if said.type in loud else None)
        self.page.on("pageerror", lambda error: self._said.append(str(error)))

    def all_from(self, *starts: str, within: str) -> set[str]:
        """Follow every link from `starts` whose path matches `within`; the kinds of pages seen."""
        waiting, seen = [self.base + start for start in starts], set()
        while waiting and len(seen) < MOST:
            address = waiting.pop(0)
            if (what := kind(address)) in seen:
                continue
            seen.add(what)
            waiting += [link for link in self.look(address) if self._follows(link, within, seen)]
        return {what.removeprefix(self.base) for what in seen}

    def look(self, address: str) -> list[str]:
        """Open one page, note what is wrong with it, and give its links."""
        self._said.clear()
        answer = self.page.goto(address)
        name = kind(address).removeprefix(self.base)
        if answer is None or not answer.ok:
            self.wrong.append(f"{name}: answers {answer.status if answer else 'nothing'}")
            return []
        found = self.page.evaluate(LOOK, [TARGET, IN_TEXT])
        self.wrong += [f"{name}: {fault}" for fault in self._sideways()]
        self.titles.setdefault(self.page.title(), []).append(name)
        self.wrong += [f"{name}: {fault}" for fault in self._faults(found)]
        return found["links"]

    def _sideways(self) -> Iterator[str]:
        usual = self.page.viewport_size
        for width in self.widths:
            self.page.set_viewport_size({"width": width, "height": 800})
            if (past := self.page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
                yield f"scrolls sideways by {past} px at {width} px"
        if self.widths and usual:
            self.page.set_viewport_size(usual)

    def _faults(self, found: dict) -> Iterator[str]:
        yield from found["small"]
        yield from (f"“{text}” sticks out of its card" for text in found["out"])
        yield from (f"console: {text}" for text in self._said)
        if found["sideways"] > 0:
            yield f"scrolls sideways by {found['sideways']} px"
        if found["lang"] != self.lang:
            yield f"is in {found['lang']}"
        if found["headings"] != 1:
            yield f"has {found['headings']} first headings"
        if self.axe:
            for violation in Axe().run(self.page).response["violations"]:
                nodes = [node["html"][:120] for node in violation["nodes"][:2]]
                yield f"axe: {violation['id']}: {nodes}"

    def _follows(self, link: str, within: str, seen: set[str]) -> bool:
        path = link.removeprefix(self.base)
        if not link.startswith(self.base) or not re.match(within, path):
            return False
        return not FILES.search(path.partition("?")[0]) and "page=" not in path and kind(link) not in seen
