"""Every sentence, state and verb has its Chinese words, and every name of a state its English ones too."""

from __future__ import annotations

import importlib
import re
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "locale"
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "_n": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)")
# Enums whose members people read; the others are only stored.
NOT_SHOWN = {
    "SecurityVerb", "Audience", "Account", "Fund", "JournalKind", "EventState", "AttemptState", "NoticeKind",
    "Language",
}  # fmt: skip


def catalogue(language: str) -> dict[tuple[str | None, str], str]:
    """(context, sentence) → its words, of every .po file of a language."""
    found: dict[tuple[str | None, str], str] = {}
    for path in sorted((LOCALE / language).rglob("*.po")):
        with path.open("rb") as lines:
            for message in read_po(lines):
                if message.id and not message.fuzzy:
                    one = message.id if isinstance(message.id, str) else message.id[0]
                    words = message.string if isinstance(message.string, str) else message.string[0]
                    found[message.context, one] = words
    return found


def sentences() -> dict[tuple[str | None, str], str]:
    """(context, sentence) → where it stands, of all code and templates."""
    found: dict[tuple[str | None, str], str] = {}
    ways = [
        (ROOT / "portal", [("**.py", "python")]),
        (ROOT / "templates", [("**.html", "jinja2.ext.babel_extract"), ("**.txt", "jinja2.ext.babel_extract")]),
    ]
    options = {"**.html": {"newstyle_gettext": "true"}, "**.txt": {"newstyle_gettext": "true"}}
    for folder, methods in ways:
        for file, line, message, _comments, context in extract_from_dir(
            folder, methods, options, keywords=KEYWORDS, strip_comment_tags=False
        ):
            one = message if isinstance(message, str) else message[0]
            if one:
                found.setdefault((context, one), f"{folder.name}/{file}:{line}")
    return found


def enums() -> list[type[StrEnum]]:
    """Every enum of a slice's states."""
    found = []
    for path in sorted((ROOT / "portal").glob("*/*/states.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        found += [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, StrEnum) and value.__module__ == module.__name__
        ]
    return [enum for enum in found if enum.__name__ not in NOT_SHOWN]


def test_every_sentence_has_its_chinese_words() -> None:
    known = catalogue("zh_CN")
    missing = [f"{where}: {key[1]!r}" for key, where in sentences().items() if not known.get(key)]
    assert not missing, "\n".join(sorted(missing))


def test_no_catalogue_keeps_words_that_nothing_says() -> None:
    said = set(sentences()) | {(enum.__name__, member.value) for enum in enums() for member in enum}
    stale = [key for key in catalogue("zh_CN") if key not in said and key[0] is None]
    assert not stale, stale


def test_translations_keep_the_placeholders() -> None:
    wrong = [
        key[1]
        for key, words in catalogue("zh_CN").items()
        if set(PLACEHOLDER.findall(words)) - set(PLACEHOLDER.findall(key[1]))
    ]
    assert not wrong, wrong


def test_no_sentence_has_two_translations() -> None:
    seen: dict[tuple[str, str | None, str], tuple[str, object]] = {}
    for path in sorted(LOCALE.rglob("*.po")):
        with path.open("rb") as lines:
            for message in read_po(lines):
                if message.id:
                    one = message.id if isinstance(message.id, str) else message.id[0]
                    key = (path.relative_to(LOCALE).parts[0], message.context, one)
                    first, words = seen.setdefault(key, (path.name, message.string))
                    assert words == message.string, f"{first} and {path.name}: {one}"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_state_has_a_name(language: str) -> None:
    known = catalogue(language)
    missing = [
        f"{enum.__name__}.{member.value}"
        for enum in enums()
        for member in enum
        if not known.get((enum.__name__, member.value))
    ]
    assert not missing, missing


# What belongs to a court, threatens, or calls people names: nowhere, but where the law is explained, or a court asked.
NEVER = ("滞纳金", "老赖", "失信", "黑名单", "征信", "后果自负", "最后通牒", "勒令", "责令", "限令", "立案", "传票",
         "强制执行", "律师函（草稿）", "案件", "案卷", "结案")  # fmt: skip
LAW = re.compile("双方可在 30 日内共同申请司法确认，确认后的协议可以强制执行。|本案[^。]*为金钱给付案件")
BEFORE_ALONE = re.compile(r"(%\(\w+\)s|#l\.pay_by) ?(（含当日）)?前(（含当日）)?\*? ?缴")


def texts() -> list[str]:
    """Every line that may reach somebody: all words in Chinese, templates, papers, and code that has Chinese."""
    files = [*(ROOT / "templates").rglob("*.*"), *(ROOT / "portal").rglob("*.py")]
    spoken = [file for file in files if file.suffix in (".html", ".txt", ".typ", ".py")]
    lines = [line for file in spoken for line in file.read_text().splitlines()]
    return [*catalogue("zh_CN").values(), *lines]


def test_no_page_paper_or_message_speaks_like_a_court_or_calls_people_names() -> None:
    wrong = [words for words in texts() if any(word in LAW.sub("", words) for word in NEVER)]
    assert not wrong, wrong


def test_a_day_to_pay_by_is_within_its_time() -> None:
    wrong = [words for words in texts() if BEFORE_ALONE.search(words)]
    assert not wrong, wrong
