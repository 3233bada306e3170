"""Sentences, state names and plural forms, in the language of whoever is reading.

Catalogues are read at start from `locale/<language>/*.po`, one file per slice, merged.
English sentences are their own msgids, so `zh_CN` holds every sentence and `en` only *names*.

Names of states and other enum members need no registry: the member is looked up by `pgettext`
with its class name as the context and its value as the msgid, in both languages:

    msgctxt "BillState"
    msgid "part_paid"
    msgstr "已付一部分"          (in locale/en: "Partly paid")

`label(BillState.part_paid)`, or `{{ state | label }}` in a template, gives that text.
"""

import gettext
import io
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from portal.kit import display
from portal.kit.facts import Word
from portal.kit.i18n import Bilingual, Sentence
from portal.kit.language import CHINESE, ENGLISH, language
from portal.kit.money import Money
from portal.kit.period import Month

LOCALE = Path(__file__).parents[2] / "locale"
_FOLDER = {CHINESE: "zh_CN", ENGLISH: "en"}


@cache
def catalogue(wanted: str) -> gettext.NullTranslations:
    """All sentences of one language, merged from the slices' files; read once."""
    return merged(sorted((LOCALE / _FOLDER[wanted]).rglob("*.po")))


def merged(files: Iterable[Path]) -> gettext.NullTranslations:
    """One catalogue out of many .po files; fuzzy entries are left out."""
    whole = Catalog(locale="zh_CN", domain="portal")
    for po in files:
        with po.open("rb") as lines:
            for message in read_po(lines, locale="zh_CN"):
                if message.id and not message.fuzzy:
                    whole.add(message.id, message.string, context=message.context)
    mo = io.BytesIO()
    write_mo(mo, whole)
    mo.seek(0)
    return gettext.GNUTranslations(mo)


def gettext_(sentence: str) -> str:
    """The sentence in the reader's language, placeholders still open."""
    return catalogue(language()).gettext(sentence) if sentence else ""


def ngettext(one: str, many: str, n: int) -> str:
    """The form of the sentence for a number, placeholders still open."""
    return catalogue(language()).ngettext(one, many, n)


def pgettext(context: str, word: str) -> str:
    """A word within a context; the word itself when there is no translation."""
    return catalogue(language()).pgettext(context, word)


def npgettext(context: str, one: str, many: str, n: int) -> str:
    """The form for a number of a sentence within a context."""
    return catalogue(language()).npgettext(context, one, many, n)


def _(sentence: str, /, **facts: object) -> str:
    """Translate; with facts, also fill the %(placeholders)s."""
    text = gettext_(sentence)
    return text % {name: worded(fact) for name, fact in facts.items()} if facts else text


def say(sentence: Sentence) -> str:
    """A sentence that the domain marked, in the reader's language."""
    return _(sentence.text, **sentence.facts)


def label(value: Enum) -> str:
    """The name of an enum member in the reader's language. In its class name's context; see above."""
    return _named(type(value).__name__, str(value.value))


def _named(enum: str, word: str) -> str:
    name = pgettext(enum, word)
    return name if name != word else word.replace("_", " ")


def worded(fact: object) -> object:
    """A fact as a reader sees it inside a sentence: money, dates and states in words, other values unchanged."""
    match fact:
        case Money():
            return display.money(fact)
        case datetime():
            return display.moment(fact)
        case date():
            return display.day(fact)
        case Month():
            return display.month(fact)
        case Enum():
            return label(fact)
        case Word():
            return _named(fact.enum, str(fact))
        case Bilingual():
            return fact.words(language())
        case Sentence():
            return say(fact)
        case tuple():
            return ("、" if language() == CHINESE else ", ").join(str(worded(one)) for one in fact)
    return fact
