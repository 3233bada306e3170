"""The text of a notice in its reader's language, from templates/notices and the notice's facts."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.kit import display
from portal.kit.i18n import N_
from portal.kit.language import CHINESE, speaking
from portal.kit.words import gettext_, ngettext, npgettext, pgettext
from portal.people.notices.states import NoticeKind

TEMPLATES = Path(__file__).parents[3] / "templates" / "notices"
PATH = "path"  # the place of a text message that its link fills, behind the portal's address
# For every text message; the company's signature comes before it, the link after it.
WORDING = N_("%(estate)s, %(text)s Tel. %(phone)s")


@dataclass(frozen=True)
class Sender:
    """The sender of a text message: the company's signature, the estate, and the telephone number for questions."""

    sign: str
    estate: str
    phone: str


@dataclass(frozen=True)
class Words:
    """The words of a notice: `subject` is one line, `body` has paragraphs, `sms` is one line, signed, with a link.

    `places` are the variables in the template of the SMS, by name, for gateways that have the template.
    """

    subject: str
    body: str
    sms: str
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def paragraphs(self) -> list[str]:
        """The body, split where it has empty lines."""
        return [part.strip() for part in self.body.split("\n\n") if part.strip()]


def word(
    kind: NoticeKind, facts: Mapping[str, Any], tongue: str, *, sender: Sender | None = None, link: str = ""
) -> Words:
    """Word a notice. `facts` are as they were stored; `link` is a full address.

    Without a `sender` there is no text message. Raises jinja2.UndefinedError for a fact that is missing.
    """
    known = dict(facts)
    if tongue != CHINESE and known.get("item_en"):
        known["item"] = known["item_en"]
    with speaking(tongue):
        subject, body = (_say(f"{kind.value}/{part}.txt", known) for part in ("subject", "body"))
        sms, places = _text(kind, known, sender, link) if sender else ("", {})
        return Words(" ".join(subject.split()), body, sms, places)


def _text(kind: NoticeKind, known: Mapping[str, Any], sender: Sender, link: str) -> tuple[str, dict[str, str]]:
    """The text message of a notice, and the values of the variables in its template."""
    _places.set({})
    text = " ".join(_say(f"{kind.value}/sms.txt", {"unit": "", **known}).split())  # older notices name no home
    whose = {"estate": sender.estate, "phone": sender.phone}
    whole = gettext_(WORDING) % {**whose, "text": text}
    return f"【{sender.sign}】{whole} {link}".strip(), {**_places.get(), **whose}


def wording(kind: NoticeKind, tongue: str) -> str:
    """The template of a kind's SMS with variables as `%(name)s`; a gateway has to approve it before any is sent."""
    source = (TEMPLATES / kind.value / "sms.txt").read_text()
    [(_line, _function, sentence)] = environment().extract_translations(source)  # type: ignore[attr-defined]
    with speaking(tongue):
        text = " ".join(gettext_(sentence if isinstance(sentence, str) else sentence[0]).split())
        return gettext_(WORDING).replace("%(text)s", text)


def _say(name: str, facts: Mapping[str, Any]) -> str:
    lines = environment().get_template(name).render(facts).strip().split("\n")
    tidy = "\n".join(line.rstrip() for line in lines)
    while "\n\n\n" in tidy:
        tidy = tidy.replace("\n\n\n", "\n\n")
    return tidy


_places: ContextVar[dict[str, str]] = ContextVar("places")


def _noting(sentence: str, **places: Any) -> str:
    """A sentence with its places filled, which are noted."""
    _places.set({name: str(value) for name, value in places.items()})
    return gettext_(sentence) % places


@cache
def environment() -> Environment:
    """Plain text and strict: a missing fact is an error, never an empty place in a letter."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text; the inbox page escapes it
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext_, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.globals["gettext"] = _noting
    env.filters.update(
        money=display.money, day=display.day, short_day=display.short_day, month=display.month, moment=display.moment
    )
    return env
