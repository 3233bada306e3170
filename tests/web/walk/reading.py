"""What is wrong with a page, and where it leads: strict HTML, one heading, labels, ids, captions, nothing inline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib

TYPED = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}


@dataclass(frozen=True)
class Link:
    """A way out of a page: `method` is GET for links."""

    method: str
    address: str


@lru_cache(maxsize=50)  # whoever asks for all that there is gets the same refusal hundreds of times
def _parsed(text: str) -> tuple[Element, list[str]]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(text)
    return tree, [f"HTML at {place}: {what} {facts}" for place, what, facts in parser.errors]


class Reading:
    """A page as a strict parser reads it."""

    def __init__(self, address: str, text: str) -> None:
        self.address, self.text = address, text

    @property
    def tree(self) -> Element:
        """The root element, which nobody changes."""
        return _parsed(self.text)[0]

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong with it, in words."""
        return [*_parsed(self.text)[1], *self._head(), *self._ids(), *self._inputs(), *self._tables(), *self._inline()]

    @property
    def links(self) -> set[Link]:
        """Everything on this page that leads somewhere of ours."""
        found = set()
        for element in self.tree.iter():
            for name, method in (("href", "GET"), ("hx-get", "GET"), ("hx-post", "POST"), ("formaction", "POST")):
                if element.tag not in ("link", "use") and (target := element.get(name)) is not None:
                    found.add((method, target))
            if element.tag == "form":
                found.add((element.get("method", "get").upper(), element.get("action") or self.address))
            if element.tag in ("img", "script") and (target := element.get("src")):
                found.add(("GET", target))
            if element.tag == "link" and (target := element.get("href")):
                found.add(("GET", target))
        whole = {(method, urljoin(self.address, target)) for method, target in found}
        return {Link(method, target) for method, target in whole if not urlsplit(target).scheme and target[:1] == "/"}

    def _head(self) -> Iterator[str]:
        headings = list(self.tree.iter("h1"))
        if len(headings) != 1:
            yield f"{len(headings)} h1"
        if not any(_text(heading).strip() for heading in headings):
            yield "empty h1"
        if not any(_text(title).strip() for title in self.tree.iter("title")):
            yield "no title"
        if not self.tree.get("lang"):
            yield "no lang"
        if len(list(self.tree.iter("main"))) != 1:
            yield "not exactly one main"

    def _ids(self) -> Iterator[str]:
        ids = Counter(element.get("id") for element in self.tree.iter() if element.get("id") is not None)
        yield from (f"id {name!r} {times} times" for name, times in ids.items() if times > 1 or not name)
        for element in self.tree.iter():
            for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
                for wanted in (element.get(name) or "").split():
                    if wanted not in ids:
                        yield f"{name}={wanted!r} points at nothing"
            target = element.get("href") or ""
            if target.startswith("#") and target[1:] and target[1:] not in ids and element.tag != "use":
                yield f"link to {target} points at nothing"
        for name in ("data-bill", "data-line", "data-payment", "data-dispute", "data-plan", "data-case",
                     "data-statement", "data-notice"):  # fmt: skip
            seen = Counter(element.get(name) for element in self.tree.iter() if element.get(name) is not None)
            yield from (f"{name}={value!r} {times} times" for value, times in seen.items() if times > 1)
            for element in self.tree.iter():
                if element.get(name) and not element.get("data-state") and name != "data-notice":
                    yield f"{name} without data-state"

    def _inputs(self) -> Iterator[str]:
        labelled = {label.get("for") for label in self.tree.iter("label")}
        inside = {field for label in self.tree.iter("label") for field in label.iter() if field.tag in TYPED}
        for field in self.tree.iter():
            if field.tag in TYPED and field.get("type") not in UNLABELLED:
                named = field.get("aria-label") or field.get("aria-labelledby")
                if not named and field.get("id") not in labelled and field not in inside:
                    yield f"no label for {field.tag} {field.get('name')}"
            if field.tag in ("button", "a") and field.get("aria-hidden") != "true" and not _name(field):
                yield f"nameless {field.tag} {field.get('href', '')}"
            if field.tag == "img" and field.get("alt") is None:
                yield f"img without alt: {field.get('src')}"

    def _tables(self) -> Iterator[str]:
        for table in self.tree.iter("table"):
            if not any(_text(caption).strip() for caption in table.iter("caption")):
                yield "table without caption"
            headings = list(table.iter("th"))
            if not headings or any(not heading.get("scope") for heading in headings):
                yield "table without th, or th without scope"

    def _inline(self) -> Iterator[str]:
        for element in self.tree.iter():
            if not isinstance(element.tag, str):
                continue
            wrong = [name for name in element.attrib if isinstance(name, str) and (name == "style" or name[:2] == "on")]
            yield from (f"inline {name} on {element.tag}" for name in wrong)
            if element.tag == "style" or (element.tag == "script" and not element.get("src")):
                yield f"inline {element.tag}"
            if element.tag == "a" and (element.get("href") or "").startswith(("javascript:", "http:", "//")):
                yield f"a link to {element.get('href')}"


def _text(element: Element) -> str:
    return "".join(element.itertext())


def _name(element: Element) -> str:
    own = element.get("aria-label") or element.get("title") or _text(element)
    return own.strip() or "".join(image.get("alt") or "" for image in element.iter("img")).strip()
