"""Every sentence that a person can read has its Chinese, and every name of a state both languages."""

import importlib
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from portal.web.i18n import LOCALE, catalogue

ROOT = Path(__file__).parents[2]
SLICES = sorted(p.name for p in (ROOT / "portal").iterdir() if p.is_dir() and (p / "__init__.py").exists())
OPTIONS = {"trim_blocks": "1", "lstrip_blocks": "1", "newstyle_gettext": "1", "extensions": "jinja2.ext.do"}
PLACES = re.compile(r"%\((\w+)\)")


def first(message: object) -> str | None:
    return message if isinstance(message, str) else message[0] if message else None  # type: ignore[index]


def sentences_of_code() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "portal").rglob("*.py")):
        for _line, message, _comments, _context in extract_from_file(
            "python", str(file), keywords={"_": None, "N_": None, "ngettext": (1, 2)}
        ):
            if text := first(message):
                yield text, f"{file.parent.name}/{file.name}"


def sentences_of_templates() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "templates").rglob("*")):
        if file.suffix in (".html", ".txt"):
            with file.open("rb") as source:
                for _line, _call, message, _comments in babel_extract(
                    source, ("_", "gettext", "ngettext"), (), OPTIONS
                ):
                    if text := first(message):
                        yield text, f"{file.parent.name}/{file.name}"


def test_every_sentence_has_its_chinese() -> None:
    known = catalogue("zh-CN")
    missing = {
        f"{where}: {text}"
        for text, where in [*sentences_of_code(), *sentences_of_templates()]
        if known.gettext(text) == text and known.ngettext(text, "", 2) in (text, "")
    }
    assert not missing, "\n".join(["", *sorted(missing)])


def enums() -> list[type[Enum]]:
    found = []
    for name in SLICES:
        for module in ("states", "principal"):
            if (ROOT / "portal" / name / f"{module}.py").exists():
                loaded = importlib.import_module(f"portal.{name}.{module}")
                found += [e for _n, e in inspect.getmembers(loaded, inspect.isclass)
                          if issubclass(e, Enum) and e.__module__ == loaded.__name__]  # fmt: skip
    return found


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_state_has_a_name(language: str) -> None:
    known = catalogue(language)
    missing = [
        f"{kind.__name__}.{member.value}"
        for kind in enums()
        for member in kind
        if known.pgettext(kind.__name__, member.value) == member.value
    ]
    assert not missing, "\n".join(["", *missing])


def messages() -> Iterator[tuple[Path, Message]]:
    for po in sorted(LOCALE.rglob("*.po")):
        with po.open("rb") as lines:
            yield from ((po, m) for m in read_po(lines) if m.id)


def test_translations_keep_their_places_and_say_one_thing() -> None:
    wrong, seen = [], {}
    for po, m in messages():
        ids = m.id if isinstance(m.id, tuple | list) else [m.id]
        strings = m.string if isinstance(m.string, tuple | list) else [m.string]
        places = {p for text in ids for p in PLACES.findall(text)}
        for text in strings:
            if text and not set(PLACES.findall(text)) <= places:
                wrong.append(f"{po.name}: {ids[0]}")
        key = (po.parent.name, m.context, ids[0])
        if seen.setdefault(key, strings) != strings:
            wrong.append(f"{po.name}: {ids[0]} has two translations")
    assert not wrong, "\n".join(["", *wrong])


def test_nobody_is_charged_a_late_fine() -> None:
    assert not [m.id for _po, m in messages() if "滞纳金" in str(m.string)]
